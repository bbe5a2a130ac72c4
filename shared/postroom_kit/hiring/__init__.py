"""What hiring by mail needs: invitations, diaries, CVs, structured questions, topics left out, selection rates."""

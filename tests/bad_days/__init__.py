"""What bad days look like, each one through states, dialogs and repairs as a user meets it."""

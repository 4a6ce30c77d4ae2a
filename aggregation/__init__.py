"""What is counted, exactly and within bounds. Private: results leave only through privacy/."""

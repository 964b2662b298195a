"""The replay: requests, children, comparison."""

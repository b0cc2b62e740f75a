"""What IAM must allow: the actions behind calls, what specs need of them, and the policy that says so. Pure."""

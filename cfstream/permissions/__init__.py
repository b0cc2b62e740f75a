"""The IAM permissions that specs need, and the policy that grants them. Pure."""

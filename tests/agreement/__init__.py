"""The planner's model of who can read, and the evaluator, which shares no code with it: both judge drawn accounts."""

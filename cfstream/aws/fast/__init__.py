"""Grants on objects through awscrt, in processes of their own. `steps/object_grants` does the same with boto3.

`engine` runs in cfstream's process: it starts two workers, keeps the guard valid, refreshes credentials, stores the
checkpoint, and reports progress. `worker` is the main module of a worker; `pipeline` is what it does, without any input
or output; `crt` connects it to S3. A worker imports neither botocore nor the rest of cfstream. `aws/direct` uses `crt`
for reads in cfstream's own process.
"""

"""The jobs of S3 Batch Operations, which moto does not have: PutObjectAcl on the objects that S3 lists for a job.

`service` answers the requests, `asked` judges CreateJob, `job` keeps the jobs, and `tasks` does their work.
"""

"""The jobs of S3 Batch Operations, which moto does not have: PutObjectAcl on many objects.

`service` answers the requests, `asked` judges CreateJob, `job` keeps the jobs, `manifests` finds the objects of a job,
and `tasks` does its work.
"""

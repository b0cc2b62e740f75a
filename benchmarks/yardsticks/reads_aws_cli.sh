#!/bin/sh
# The three reads of reads_boto3.py with the AWS CLI. Each call starts a Python.
# $1 is the bucket, $2 the directory of the AWS CLI and its Python.
set -eu
tools=$2
aws() { "$tools/python" "$tools/aws" "$@"; }
aws s3api head-bucket --bucket "$1" >/dev/null
id=$(aws cloudfront list-distributions --output text \
    --query "DistributionList.Items[?starts_with(Origins.Items[0].DomainName, '$1.s3')].Id | [0]")
aws cloudfront get-distribution-config --id "$id" --query ETag

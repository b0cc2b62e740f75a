#!/bin/sh
# The four reads of one stack with the AWS CLI. Each call starts a Python.
# $1 is the id of the distribution, $2 the bucket, $3 the directory of the AWS CLI and its Python.
set -eu
tools=$3
aws() { "$tools/python" "$tools/aws" "$@" >/dev/null; }
aws cloudfront get-distribution --id "$1"
aws s3api get-bucket-policy --bucket "$2"
aws s3api get-bucket-ownership-controls --bucket "$2"
aws s3api get-public-access-block --bucket "$2"

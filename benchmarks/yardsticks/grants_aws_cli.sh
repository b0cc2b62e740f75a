#!/bin/sh
# Grants on objects with the AWS CLI: a list, then two calls for each object. Each call starts a Python.
# $1 is the bucket, $2 the directory of the AWS CLI and its Python.
set -eu
tools=$2
aws() { "$tools/python" "$tools/aws" "$@"; }
owner=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
grantee=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
for key in $(aws s3api list-objects-v2 --bucket "$1" --query 'Contents[].Key' --output text); do
    aws s3api get-object-acl --bucket "$1" --key "$key" >/dev/null
    aws s3api put-object-acl --bucket "$1" --key "$key" --access-control-policy \
        "Owner={ID=$owner},Grants=[{Grantee={ID=$owner,Type=CanonicalUser},Permission=FULL_CONTROL},{Grantee={ID=$grantee,Type=CanonicalUser},Permission=FULL_CONTROL}]"
done

#!/usr/bin/env bash
# MLflow server of a team: runs in PostgreSQL, files in a folder or bucket behind the server.
#
#   RHCC_DATABASE       postgresql+psycopg2://mlflow@db.example.org:5432/mlflow  (required)
#   RHCC_ARTIFACTS      /srv/mlflow/artifacts  or  s3://bucket/prefix            (required)
#   RHCC_HOST           address to listen on; 127.0.0.1 when left out
#   RHCC_PORT           5000 when left out
#   RHCC_ALLOWED_HOSTS  names under which browsers and clients call it, with commas between,
#                       such as mlflow.example.org,mlflow.example.org:443; the loopback when left out
#   RHCC_WORKERS        2 when left out
#
# The environment needs mlflow and psycopg2 (`pip install psycopg2-binary`), for a bucket also boto3.
# The password comes from PGPASSWORD or ~/.pgpass, never from the address: addresses are seen in the
# list of processes. Keys of a bucket: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY; for MinIO also
# MLFLOW_S3_ENDPOINT_URL=https://minio.example.org.
set -euo pipefail

: "${RHCC_DATABASE:?set RHCC_DATABASE=postgresql+psycopg2://USER@HOST:5432/DATABASE}"
: "${RHCC_ARTIFACTS:?set RHCC_ARTIFACTS to a folder or to s3://BUCKET/PREFIX}"
host="${RHCC_HOST:-127.0.0.1}"
port="${RHCC_PORT:-5000}"

case "$RHCC_ARTIFACTS" in
    *://*) ;;
    *) mkdir -p "$RHCC_ARTIFACTS" && test -w "$RHCC_ARTIFACTS" ;;
esac

export MLFLOW_DISABLE_TELEMETRY=true
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false # else a dozen idle worker processes

exec "${RHCC_PYTHON:-python}" -m mlflow server \
    --backend-store-uri "$RHCC_DATABASE" \
    --artifacts-destination "$RHCC_ARTIFACTS" \
    --host "$host" --port "$port" --workers "${RHCC_WORKERS:-2}" \
    --allowed-hosts "${RHCC_ALLOWED_HOSTS:-localhost:$port,127.0.0.1:$port}"

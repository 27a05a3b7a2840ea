#!/usr/bin/env bash
# Runs `sluice ci` as any continuous integration can: reports in a folder, annotations where they are understood. What it does
# is decided by `sluice ci`; this only passes on what is set. Every variable may be left out.
#
#   SLUICE            the command                             npx --yes @sluice/cli
#   SLUICE_PROJECT    the project's folder                    .
#   SLUICE_BASE       the environment to compare with         prod
#   SLUICE_BASE_FILE  a warehouse file to compare with        the project's warehouse itself
#   SLUICE_SAMPLE     build on so many rows of each source, compare with nothing
#   SLUICE_ENV        what to build in                        pr_<number>, or a new name
#   SLUICE_FAIL_ON    error, warning, breaking or diff        error
#   SLUICE_COMMENT    true: keep a comment up to date         false
#   SLUICE_OUTPUT     where reports go                        sluice-reports
set -euo pipefail

read -r -a sluice <<<"${SLUICE:-npx --yes @sluice/cli}"
output=${SLUICE_OUTPUT:-sluice-reports}
options=(
  --project "${SLUICE_PROJECT:-.}"
  --fail-on "${SLUICE_FAIL_ON:-error}"
  --markdown "$output/sluice.md"
  --junit "$output/sluice-junit.xml"
  --sarif "$output/sluice.sarif"
  --report "$output/sluice.json"
)
[ -z "${SLUICE_BASE:-}" ] || options+=(--base "$SLUICE_BASE")
[ -z "${SLUICE_SAMPLE:-}" ] || options+=(--sample "$SLUICE_SAMPLE")
[ -z "${SLUICE_BASE_FILE:-}" ] || options+=(--base-file "$SLUICE_BASE_FILE")
[ -z "${SLUICE_ENV:-}" ] || options+=(--env "$SLUICE_ENV")
[ "${SLUICE_COMMENT:-false}" != true ] || options+=(--comment)
[ "${GITHUB_ACTIONS:-false}" != true ] || options+=(--format github)

exec "${sluice[@]}" ci "${options[@]}"

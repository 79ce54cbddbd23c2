#!/bin/sh
# Joins the parts of each station's summary, which came from several partitions, and sorts the stations.
set -eu
awk '
  {
    if (!($1 in count) || $4 < lowest[$1]) lowest[$1] = $4
    if (!($1 in count) || $5 > highest[$1]) highest[$1] = $5
    count[$1] += $2
    sum[$1] += $3
  }
  END {
    for (station in count)
      printf "%s: %d days, mean %.1f, lowest %.1f, highest %.1f\n",
        station, count[station], sum[station] / count[station], lowest[station], highest[station]
  }' | LC_ALL=C sort

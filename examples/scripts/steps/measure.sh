#!/bin/sh
# measure.sh STATION DAYS: a line "station day temperature" for each day.
set -eu
. ./stations.sh

station=$1
days=$2
awk -v station="$station" -v days="$days" -v mean="$(mean_of "$station")" '
  BEGIN {
    # Noise that is the same on every machine and in every attempt: a task should be a function of its inputs.
    noise = length(station) * 37
    for (day = 1; day <= days; day++) {
      noise = (noise * 1103 + 12345) % 65536
      printf "%s %d %.1f\n", station, day, mean + 8 * sin(day / 58) + (noise % 60) / 10 - 3
    }
  }'

# Of lines "station day temperature" a line "station count sum lowest highest" for each station.
{
  if (!($1 in count) || $3 < lowest[$1]) lowest[$1] = $3
  if (!($1 in count) || $3 > highest[$1]) highest[$1] = $3
  count[$1]++
  sum[$1] += $3
}
END {
  for (station in count) printf "%s %d %.1f %.1f %.1f\n", station, count[station], sum[station], lowest[station], highest[station]
}

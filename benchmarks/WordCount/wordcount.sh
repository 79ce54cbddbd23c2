# What examples/wordcount does, as one would write it without a workflow: sh wordcount.sh DIRECTORY FILES
set -eu
LC_ALL=C
export LC_ALL
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
{ find "$1" -type f -size -400 \( \
    -path '*licenses/*' -o -name copyright -o -name 'COPYING*' -o -name 'LICENSE*' -o -name 'README*' \
    -o -name words -o -name '*.txt' -o -name '*.md' -o -name '*.pm' -o -name '*.pl' -o -name '*.py' \) \
    ! -name '*.gz' 2>/dev/null || true; } |
  sort | head -n "$2" > "$scratch/files"

# Four shares, two at a time, each one sorted and counted by itself; then the counts are added up.
count='awk -v me="$1" "NR % 4 == me" "$0/files" |
  while IFS= read -r file; do if [ -r "$file" ]; then cat "$file"; echo; fi; done |
  tr -cs "A-Za-z" "\n" | tr "A-Z" "a-z" | awk "length(\$0) > 1" | sort | uniq -c > "$0/$1"'
printf '%s\n' 0 1 2 3 | xargs -P2 -n1 sh -c "$count" "$scratch"
cat "$scratch/0" "$scratch/1" "$scratch/2" "$scratch/3" |
  awk '{ sum[$2] += $1 } END { for (word in sum) print sum[word], word }' |
  sort -k 1,1nr -k 2,2 | head -n 20

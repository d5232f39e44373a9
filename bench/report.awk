# Makes a Markdown table of one CSV file of JMH's: a row for each set of parameters, with operations, records and MiB a second.
function unquoted(text) { gsub(/["\r\n]/, "", text); return text }
function number(text) { return text >= 100 ? sprintf("%d", text + 0.5) : sprintf("%.1f", text) }
BEGIN { FS = "," }
NR == 1 {
  for (i = 8; i <= NF; i++) { name = unquoted($i); sub(/^Param: /, "", name); names[i] = name; last = i }
  next
}
{
  method = unquoted($1); sub(/.*\./, "", method)
  metric = method ~ /:/ ? method : "ops"; sub(/.*:/, "", metric); sub(/:.*/, "", method)
  row = method; for (i = 8; i <= last; i++) row = row " | " unquoted($i)
  if (!(row in seen)) { seen[row] = 1; rows[++count] = row }
  score[row, metric] = $5
}
END {
  head = "| what"; line = "| ---"
  for (i = 8; i <= last; i++) { head = head " | " names[i]; line = line " | ---:" }
  print head " | a second | records/s | MiB/s |"; print line " | ---: | ---: | ---: |"
  for (i = 1; i <= count; i++) {
    r = rows[i]; print "| " r " | " number(score[r, "ops"]) " | " number(score[r, "records"]) " | " number(score[r, "mib"]) " |"
  }
}

# Lines "round connections store events_per_second p50 p99 failed cpu_us" -> tables and ratios.
# Exits 1 if a ratio misses the goal or a request failed.
function median(list, n,   i, j, t) {
  for (i = 2; i <= n; i++)
    for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
      t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
    }
  return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

# The median over all rounds of one column of `of`.
function over_rounds(of, connections, store,   i, values) {
  for (i = 1; i <= rounds; i++) values[i] = of[connections, store, i]
  return median(values, rounds)
}

function row(connections, store,   i, all) {
  for (i = 1; i <= rounds; i++) all = all (i > 1 ? ", " : "") rate[connections, store, i]
  printf "| %d | %s | %d | %s | %.1f | %.1f | %.1f |\n", connections, store,
    over_rounds(rate, connections, store), all, over_rounds(p50, connections, store),
    over_rounds(p99, connections, store), over_rounds(cpu, connections, store)
}

function ratio(connections,   i, all, ratios, middle) {
  for (i = 1; i <= rounds; i++) {
    ratios[i] = rate[connections, "log", i] / rate[connections, "none", i]
    all = all (i > 1 ? ", " : "") sprintf("%.2f", ratios[i])
  }
  middle = median(ratios, rounds)
  if (middle < goal) missed = 1
  printf "log / none at %d connections: %s; median %.2f (goal %.2f: %s)\n\n", connections, all,
    middle, goal, (middle >= goal ? "reached" : "missed")
}

BEGIN { goal = 0.5 }
{
  rate[$2, $3, $1] = $4; p50[$2, $3, $1] = $5; p99[$2, $3, $1] = $6; cpu[$2, $3, $1] = $8
  failed += $7
  if ($1 > rounds) rounds = $1
}
END {
  print "| connections | store | events/s, median | of all rounds | p50 ms | p99 ms | CPU us/request |"
  print "|---|---|---|---|---|---|---|"
  for (c = 64; c <= 256; c *= 4) { row(c, "none"); row(c, "log") }
  print ""
  for (c = 64; c <= 256; c *= 4) ratio(c)
  printf "Requests that failed: %d\n", failed
  exit missed || failed > 0
}

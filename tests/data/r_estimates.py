"""Writes r_estimates.csv, R's answers that test_reconstruct_contrasts.py holds ours against.

    python tests/data/r_estimates.py     # needs R with its survival package; the tests do not

The patients are those of r_survival.json, and the four cell types of R's `veteran`, which are written to
r_four_arms.csv. Columns: data, estimate, arm, at, value, se, low, high; arm counts from 1; empty where R has none.
"""

import csv
import json
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent

R_CODE = r"""
library(survival)
folder <- commandArgs(TRUE)[1]
out <- NULL
add <- function(estimate, arm, at, value, se = NA, low = NA, high = NA)
  out <<- rbind(out, data.frame(data = name, estimate, arm, at, value, se, low, high))

for (file in list.files(folder, "csv$")) {
  name <- sub(".csv", "", file)
  d <- read.csv(file.path(folder, file))
  d$arm <- as.integer(factor(d$arm)) - 1
  # period hazard ratios: follow-up split at the thirds of the death times, a Cox model within each period
  cuts <- unname(quantile(d$time[d$event == 1], c(1/3, 2/3), type = 1))
  split <- survSplit(Surv(time, event) ~ arm, data = d, cut = cuts, episode = "period")
  for (k in sort(unique(split$period))) {
    part <- split[split$period == k, ]
    fit <- suppressWarnings(coxph(Surv(tstart, time, event) ~ arm, data = part))
    if (abs(coef(fit)) < 10) add("period", k, c(0, cuts)[k], coef(fit), sqrt(vcov(fit)[1]))
    add("period_events", k, c(0, cuts)[k], sum(part$event))
  }
  # landmark differences: S of arm 2 less S of arm 1, Greenwood's errors
  at <- unname(quantile(d$time, c(0.2, 0.4, 0.6), type = 1))
  fit <- survfit(Surv(time, event) ~ arm, data = d)
  for (t in at) {
    s <- summary(fit, times = t, extend = TRUE)
    if (min(s$surv) > 0) add("landmark", 2, t, diff(s$surv), sqrt(sum(s$std.err^2)))
  }
  # difference in restricted means, to the shorter follow-up
  tau <- min(tapply(d$time, d$arm, max))
  rows <- summary(fit, rmean = tau)$table
  add("rmst_difference", 2, tau, diff(rows[, "rmean"]), sqrt(sum(rows[, "se(rmean)"]^2)))
  # quartiles, and median follow-up by reverse Kaplan-Meier
  q <- quantile(fit, c(0.25, 0.75))
  back <- quantile(survfit(Surv(time, 1 - event) ~ arm, data = d), 0.5)
  for (k in 1:2) {
    for (j in 1:2) add("quartile", k, c(0.25, 0.75)[j], q$quantile[k, j], NA, q$lower[k, j], q$upper[k, j])
    add("follow_up", k, 0.5, back$quantile[k], NA, back$lower[k], back$upper[k])
  }
  # follow-up restricted to the median time
  until <- at[2]
  cut <- transform(d, event = ifelse(time <= until, event, 0), time = pmin(time, until))
  fit <- coxph(Surv(time, event) ~ arm, data = cut)
  add("restricted", 2, until, coef(fit), sqrt(vcov(fit)[1]))
  add("restricted_logrank", 2, until, survdiff(Surv(time, event) ~ arm, data = cut)$chisq)
}
name <- "veteran_cells"
v <- data.frame(time = veteran$time, event = veteran$status, arm = as.integer(veteran$celltype))
write.csv(v, file.path(folder, "four_arms.out"), row.names = FALSE, quote = FALSE)
test <- survdiff(Surv(time, event) ~ arm, data = v)
add("logrank", 4, 3, test$chisq)
for (k in 2:4) {
  fit <- coxph(Surv(time, event) ~ I(arm == k), data = v[v$arm %in% c(1, k), ])
  add("pair", k, 1, coef(fit), sqrt(vcov(fit)[1]))
}
digits <- function(x) ifelse(is.na(x), "", trimws(formatC(x, digits = 13, format = "g")))
out[] <- lapply(out, function(x) if (is.numeric(x)) digits(x) else x)
write.csv(out, file.path(folder, "estimates.out"), row.names = FALSE, quote = FALSE)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for data, known in json.loads((HERE / "r_survival.json").read_text()).items():
            with (folder / f"{data}.csv").open("w", newline="") as handle:
                rows = zip(*(known["data"][key] for key in ("time", "event", "arm")), strict=True)
                csv.writer(handle).writerows([("time", "event", "arm"), *rows])
        subprocess.run(["Rscript", "-e", R_CODE, name], check=True)
        (HERE / "r_estimates.csv").write_bytes((folder / "estimates.out").read_bytes())
        (HERE / "r_four_arms.csv").write_bytes((folder / "four_arms.out").read_bytes())


if __name__ == "__main__":
    main()

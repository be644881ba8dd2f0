export const HELP = `airlock – the upload gate's own judgement, without a server, and its index rebuilt

Usage
  airlock scan [options] FILE|FOLDER …      judge files as an upload would be judged
  airlock rebuild [options]                 put back into Redis what the disk says; needs UPLOAD_ROOT and REDIS_URL
  airlock policy check FILE                 say everything that is wrong with a policy file
  airlock policy show [options]             print the rules that hold, as a policy file

Options of scan and policy show
  --policy FILE     the site's policy (default: $POLICY_FILE, else the built-in one)
  --group NAME      a group the owner is in; may be given several times

Options of scan
  --json            one line of JSON for each file: its path and its verdict
  --sha256 HEX      what the file's SHA-256 must be; for a single file
  --clamd URL       also ask an antivirus engine: tcp://host:3310 or unix:///run/clamav/clamd.ctl
                    (default: $CLAMD_URL, else none)

Options of rebuild
  --dry-run         look and report; change neither Redis nor the disk
  --json            one line of JSON

  -h, --help        this text

Exit codes of scan; of several files the worst counts
  0   clean
  1   complete, with warnings to look at
  3   quarantined, only because it cannot be looked into
  2   quarantined
  70  a scan could not finish (an upload would be held), or a file could not be read

Exit codes of rebuild
  0   the index is whole (a dry run: nothing is damaged)
  1   the same, but some records could not be used: they are listed and set aside
  70  it could not finish, or Redis loses its data again and again: the index is not whole

Other exit codes
  64  the command line is wrong
  78  the policy, or the environment, is wrong

Messages are in Korean where LANG begins with "ko".
`

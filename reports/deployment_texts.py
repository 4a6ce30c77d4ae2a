"""The sentences of the registry entry, by field. Braces hold facts; what a sentence claims, the code does."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "intended_use": """
Theatres and art-house cinemas compare their reach, the postcode areas that their bookers come from and
how often they come back with fixed groups of other venues, and the network sees its audience as one, each
booker counted once. Marketing, programming and conversations with funders rest on it. It is not meant for
telling anything about one person.
""",
    "description": """
Once for each season (1 August to 31 July) the ticketing records of {venues} venues are counted and
released as {tables} tables with {cells} cells in all: bookers by postcode area, district, region, genre,
kind of ticket, channel and number of attendances; returning bookers; visits and tickets; sales without a
name; bookers that venues share; and the same for the network, deduplicated. Each number comes with its
raw noisy integer and a 95 % interval. Finished releases: {releases}.
""",
    "data_domain": """
A dataset is a list of accepted ticket rows. A row holds a booker's pseudonym or none, the order, the
venue, the performance with its day, genre and production, the postcode area and country of the order, the
channel, the kind of ticket, and whether it was sold and used. Any list of such rows is in the domain:
there is no limit to how many rows one booker has. What venues, productions and performances there were is
public and the same for all datasets. So are the lists of cells: venues, postcode areas, genres, kinds,
channels and bands are declared and hashed before counting, and every declared cell is released, zeros
included.
""",
    "unprotected_quantities": """
{unprotected_list}
- whether a venue has delivered a season, yes or no, shown to the network's coordinators

Nothing else that comes from persons is shown to anybody without noise: no totals, no match rates, no
counts of rows except to the venue that sent them.
""",
    "privacy_unit_details": """
The unit is {unit}.

Two datasets are adjacent when one is the other with all rows of one booker in one season added or
removed, however many rows and venues that is; or with all rows of one order that names no booker. A
performance belongs to the season in which it starts, local time. A booker is whoever places orders under
one e-mail address, made comparable in form but never guessed: a person with two addresses is two bookers
and is protected by group privacy. For someone who is there in several seasons the losses of these seasons
add up; they are told below.
""",
    "privacy_parameters_details": """
The promise for one season is rho; epsilon is told at two deltas beside it. Planned: {plan}. Never more
than:
{limit}. Of the plan {own} % is for the season's own release, {look_back} % for the look-back of the
season after, {correction} % for corrections. To go beyond the plan two people approve a reason, which
stands in the public ledger.

Spent so far, by season:
{season_list}

For someone who is there in so many seasons in a row, each spending its plan:
{lifetime_list}

Every release, with what it charged to each season that it reads:
{release_list}
""",
    "model_name_details": """
Each venue drops names, addresses and birth dates on its own computer before anything is sent; e-mail
addresses and customer numbers become tokens by blind evaluation (RFC 9497), so that the service never
sees one. The service is trusted to count, to add the noise and to keep the rows; nobody who reads its
releases is.
""",
    "actors": """
- **Bookers** buy tickets at a venue and are protected by differential privacy.
- **Venues** hold their own ticketing records in full and send pseudonymous rows. Each is a competitor of
  the others and is treated as an adversary to them and to bookers of other houses, also together with one
  other venue. It sees its own exact counts, which its own rows alone give, and its own file of each
  release.
- **Coordinators** of {network} propose and approve publications, always two of them. They see released
  figures of the network and of groups, and whether a venue delivered; no venue's cells and no counts.
- **The operator of the service** runs the code, holds the rows, the keys and the exact counts while they
  are made, and is trusted with them. It is bound by the public ledger, signed manifests and signed
  checkpoints, with which others can see afterwards what was spent.
- **The key holder** evaluates blinded addresses and sees none. {keys}
- **Anyone else** sees this document, the methods page, the ledger, the manifests and what is public of
  each release, and is assumed to know everything about everybody but one booker.
""",
    "keys_together": """
Here the service's operator holds this key as well, and so could test whether an address that it guesses
is in the data.
""",
    "keys_apart": """
Here that is {holder}, so that neither it nor the operator alone can test a guessed address.
""",
    "release_type_details": """
One release for each season, at least {lag} months after its end. A season's account is never renewed:
what was spent on a season stays spent for good, through crashes, corrections and restored backups. A
correction is a new edition and a new charge to the same account: all cells of the venue that is named, and
all tables that span venues, are drawn anew, whether or not they changed; all other integers stand. When an
account is used up, nothing more is released of that season. A new season opens an account of its own.
""",
    "data_source_type_details": """
New performances come in all the time, and a venue may send a better extract of an old one. A release
counts a snapshot that is fixed, hashed and approved before noise is drawn; later rows change no release.
Rows of a booker who asks for it are erased; releases that were made before stay as they are.
""",
    "access_type_details": """
Nobody can ask a question of the data. What is counted, with which bounds and cells, is fixed before
counting; noise is drawn once, by a job, never in a request; each audience gets a stored file of its own,
and asking again gives the same bytes.
""",
    "post_processing": """
All of it reads noisy integers and public facts only, and so costs no further privacy:
- weighted least squares, so that tables which count the same bookers agree, and new = reach - returning;
- removing negatives while totals stay; the signed fit and the raw integer are kept beside the estimate;
- bringing the postcode table, which counts a booker at {first} venues, to the {core} of the tables beside it,
  by one factor for the whole network from its released number of venues per booker;
- leaning small areas on what their district's total, their public number of inhabitants and their distance
  from the venue foretell, as far as released figures support it (empirical Bayes);
- intervals at 95 % from the known noise, made wider where the bounds leave much out;
- ratios, means and quartiles of groups, differences between seasons, sums over regions;
- rules that protect venues from each other, which noise for persons does not do: groups with at least
  {others} other owners, the p % rule and a limit of one half for every cell. They are judged on noisy
  values, too; what fails is added up to a larger area or withheld.
""",
    "composition": """
All tables of a release are one measurement in OpenDP, and its loss is OpenDP's own map of that
measurement in zero-concentrated differential privacy: the losses of the tables add up. A release that
looks back at the season before ({looks_back}) is charged to both seasons, to each by its own bounds.
Releases that read the same season add up in that season's account, in whole billionths of rho, rounded
up. Seasons are composed in sequence for someone who is there in each. No parallel composition over
venues, areas or groups is used: a booker can be everywhere.

The ledger, at {url}/ledger, has {entries} entries, each with the hash of the one before. A charge is in
it, and in a signed checkpoint, before noise is drawn.
""",
    "preprocessing_and_hyperparameter_tuning": """
At the venue: columns that nobody needs are dropped, postcodes are cut to areas, refunds and non-audience
rows are taken out. At the service: rows are checked, and contributions are bounded before anything is
counted. One booker counts at {first} venues in the finest postcode table, at {core} in the other detailed
tables and at {tail} in venues' totals, with {genres} genres and {tickets} visits at each; which venues is
decided by a hash with a secret salt of the season, drawn before counting.

No parameter was tuned on real data, with or without accounting: bounds come from stated assumptions about a
middling member, or from figures released earlier; shares of the budget are what an optimiser finds for these
assumptions and stated aims. All are frozen before the input is. Before publishing, a coordinator sees what
precision to expect; that is computed from the policy and earlier releases. No exploratory analysis of the
rows is done for a release.

Shares of a season's own part:
{share_list}
""",
    "mechanisms": """
{mechanism}, version {opendp}: {noise}. Drawn through OpenDP's privacy filter, which refuses what costs
more than was charged. Of the latest release, {latest}:
{scale_list}

- **Floating point**: counts, noise and noisy values are 64-bit integers; scales are rounded up; losses
  are rounded up to whole billionths of rho, and no decision about the budget rests on floats.
- **Timing**: noise is drawn in a job, never while a request is answered; a request reads stored bytes.
- **Platform**: OpenDP's own random source; no seed can be set; a release is drawn once, stored, and never
  drawn again for the same charge. A crash between the charge and the store costs the charge.
- **Security**: the service keeps no names, addresses or tokens; bookers are keyed hashes; keys lie in
  files of their own that only the service may read; log-ins with roles, two people for each publication,
  an audit trail whose entries are chained.
- **Code**: {code}.
""",
    "justification": """
A whole season at all venues is the unit because that is what could embarrass: not one ticket but a
pattern of them. Gaussian noise under zero-concentrated accounting is more accurate than Laplace noise
from three tables up, and its losses add exactly. Epsilon 1 a season is where a marketing department can
still act on the numbers, and at the conservative end of NIST SP 800-226. Cells are declared and not
found, so that nothing about the data can be read from which cells there are.

The approach is tested by taking one booker's season away from random data and seeing that no table moves
beyond its bound; by comparing every count with a second implementation; by drawing many releases of known
data and counting how often intervals hold the truth; by audits of the very code that publishes, with known
canaries and with broken variants that the audits must catch; and by races and by killing the publishing
process at every step. Anyone can recompute the accounts: `foyer verify --server {url}` checks signatures,
hashes, chains, rho from scale and bound and epsilon by a formula of its own; with `--second-opinion` it asks
Google's dp-accounting. Policy version {policy_version}.
""",
    "sources": """
Methods: {url}/methods. Public ledger: {url}/ledger. Signed manifests: {url}/api/v1/releases and below.
Signed checkpoint of the ledger: {url}/api/v1/ledger/checkpoint.
""",
    "notes": """
This document is written from the policy, the manifests and the ledger whenever it is asked for. The
registry's list of sectors has none for culture; "Technology" stands in for it. Time-bound numbers are
those of the ledger's {entries} entries.
""",
}

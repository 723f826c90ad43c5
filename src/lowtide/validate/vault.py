"""The vault in the ledger: which rows were locked away at first sight, and that they were opened, once."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.task import Scheme
from lowtide.splits.hashing import Keys
from lowtide.validate.ledger import Ledger, now

Verdict = Literal["held", "below_by_chance", "broken", "no_floor", "other_scheme"]


class Vault(msgspec.Struct, frozen=True, kw_only=True):
    """What decides for ever which rows are in the vault. A ledger has one, for all its questions.

    Attributes
    ----------
    target : column whose outcomes are locked away.
    share : of the rows, groups or (roughly) the rows in the last period, at first sight.
    scheme : ``rows`` and ``groups`` lock by hash, ``future`` and ``groups+future`` the last period.
    columns : what a row is known by, under ``rows`` and where it has no group; see ``group``.
    group, time : column behind the scheme, if any.
    time_type : ``date``, ``number`` or ``order``.
    salt : of the hash.
    hash_border : hashes below it are in the vault.
    time_border : moments after it are in the vault.
    rows : in the vault at first sight.
    created : UTC, ISO 8601.
    """

    target: str
    share: float
    scheme: Scheme
    columns: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None
    time_type: str | None = None
    salt: int = 0
    hash_border: int | None = None
    time_border: float | None = None
    rows: int = 0
    created: str = ""
    who: str | None = None


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """The one time that the vault was opened: what was judged, and what came out.

    Attributes
    ----------
    question, model : of the shipped model that was judged (when its run was made).
    value : its score on the vault's rows.
    bound : one-sided bound of that score, the bad side, at ``confidence``.
    floor : promised at that moment.
    rows, units : judged; ``unanswered`` rows had cells that the model refuses or an outcome it never saw.
    trials : in the ledger at that time.
    """

    question: str
    model: str
    metric: str
    greater_is_better: bool
    value: float
    bound: float
    confidence: float
    floor: float | None
    verdict: Verdict
    rows: int
    units: int
    unanswered: int
    trials: int
    at: str = ""
    who: str | None = None

    @property
    def held(self) -> bool | None:
        """Whether the score was at the floor or on its good side; None without a floor to compare with."""
        return {"held": True, "below_by_chance": False, "broken": False}.get(self.verdict)


def vault_of(ledger: Ledger) -> Vault | None:
    """Return the ledger's vault, if there is one."""
    row = ledger.one("SELECT record FROM vaults")
    return None if row is None else msgspec.json.decode(row[0], type=Vault)


def members_of(ledger: Ledger) -> Keys:
    """Return the keys (or group keys) that were locked at first sight; none under a future scheme."""
    row = ledger.one("SELECT members FROM vaults")
    return np.frombuffer(b"" if row is None else row[0], dtype="<u8").astype(np.uint64)


def lock(ledger: Ledger, vault: Vault, members: Keys) -> Vault:
    """Record a vault before anybody looks at outcomes, and return it as kept.

    Another process may have locked one meanwhile: then that one holds.

    Raises
    ------
    UsageError
        When there are trials: they have seen the outcomes of all rows.
    """
    vault = msgspec.structs.replace(vault, created=vault.created or now(), who=vault.who or ledger.who)
    with ledger.writing():
        kept = vault_of(ledger)
        if kept is not None:
            return kept
        (trials,) = ledger.one("SELECT COUNT(*) FROM trials") or (0,)
        if trials:
            raise UsageError(
                f"A vault is locked before anything is tried, but the ledger in {ledger.folder} has {trials} "
                "trials that used all rows: begin a new project folder (--out DIR), or run without a vault."
            )
        ledger.write(
            "INSERT INTO vaults (id, record, members) VALUES (1, ?, ?)",
            msgspec.json.encode(vault).decode(),
            np.unique(members).astype("<u8").tobytes(),
        )
    return vault


def opening_of(ledger: Ledger) -> Opening | None:
    """Return when and with what result the vault was opened, if it was."""
    row = ledger.one("SELECT record FROM openings")
    return None if row is None else msgspec.json.decode(row[0], type=Opening)


def record_opening(ledger: Ledger, opening: Opening) -> Opening:
    """Record that the vault was opened, before anybody is shown the result.

    Raises
    ------
    UsageError
        When it was opened before, by whomever; the first result stands.
    """
    opening = msgspec.structs.replace(opening, at=opening.at or now(), who=opening.who or ledger.who)
    with ledger.writing():
        refuse_second(opening_of(ledger))
        ledger.write(
            "INSERT INTO openings (vault, record) VALUES (1, ?)", msgspec.json.encode(opening).decode()
        )
    ledger.look(opening.question, metric=opening.metric, what="vault", value=opening.value)
    return opening


def refuse_second(first: Opening | None) -> None:
    """Raise when the vault was opened before, repeating what was recorded then."""
    if first is None:
        return
    side = "at least" if first.greater_is_better else "at most"
    floor = "no floor was promised" if first.floor is None else f"the floor was {first.floor:.4g}"
    said = {
        "held": ", and held",
        "below_by_chance": ", missed by no more than chance",
        "broken": ", and did not hold",
    }
    raise UsageError(
        f"A vault opens once, and this one was opened at {first.at}: {first.metric} {first.value:.4g} on "
        f"{first.rows} rows ({side} {first.bound:.4g} with {first.confidence:.0%} confidence); "
        f"{floor}{said.get(first.verdict, '')}. Nothing was computed anew."
    )

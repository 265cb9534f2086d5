"""What a model writes on from a couplet that was found. Knows nothing of questions or screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from rumi_tui.engine.poems import writer
from rumi_tui.engine.request import Request, fit_request
from rumi_tui.engine.session import Session, load_model
from rumi_tui.engine.written import Step
from rumi_tui.search.index import Quotation
from rumi_tui.search.opening import opening_of
from rumi_tui.texts.opening import Opening
from rumi_tui.texts.reader import Works
from rumi_tui.verse.languages import LANGUAGES

LINES = 4
"""That the machine writes on."""


class Verse(msgspec.Struct, frozen=True, kw_only=True):
    """What the machine wrote. None of it is Rumi's."""

    model: str
    form: str
    metre: str
    """That it was to be in; empty where none was told."""
    rhyme: str
    """What its rhyming lines were to end in; empty where none was told."""
    seed: int
    begun_from: str
    """The verse that it was given, by Rumi."""
    place: str
    """Where that stands, for a person."""
    text: str
    """What it wrote after that."""


def write_on(
    quotations: Sequence[Quotation],
    language: str,
    open_works: Callable[[], Works],
    form: str | None = None,
    seed: int = 0,
    tell: Callable[[str], object] = lambda _: None,
) -> Verse | None:
    """What the model of a language writes on from the first quotation: `LINES` lines, or where the poem ends.

    It keeps to the form, the metre and the rhyme as far as it knows them; `tell` is told where it does not know a form
    that is given. None where there is no quotation or model.
    """
    if not quotations or language not in LANGUAGES:
        return None
    session = load_model(LANGUAGES[language].model)
    opening = opening_of(quotations[0].couplet, open_works)
    request = to_request(session, opening, form, seed)
    if form not in (None, request.form):
        tell(f"{session.name} never learned the form {form!r}: it writes on in the form {request.form!r}.")
    steps = [step for step in writer(session, session.description, request) if isinstance(step, Step)]
    return Verse(
        model=session.name,
        form=request.form,
        metre=request.metre,
        rhyme=request.rhyme,
        seed=seed,
        begun_from=request.text.strip(),
        place=opening.place,
        text="".join(step.text for step in steps).strip(),
    )


def to_request(session: Session, opening: Opening, form: str | None = None, seed: int = 0) -> Request:
    """What to ask of a model that writes on: in `form` if it has learned that, else in the form of the verse."""
    if form in session.card.forms:
        opening = opening.in_form(form)
    opening = opening.meant_for(session.tokenizer, session.card.forms)
    request = Request(
        form=opening.form,
        text=opening.text,
        metre=opening.metre,
        rhyme=opening.rhyme,
        seed=seed,
        lines=LINES,
        keep="strict",
    )
    return fit_request(session.tokenizer, request)[0]

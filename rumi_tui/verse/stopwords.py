"""Words that say nothing of what a question is about, in the spelling of `rumi_tui.verse.words.fold`."""

from __future__ import annotations

ENGLISH = frozenset(
    """
    a about again all also am an and any anybody anyone anything are as at be because been before being between
    both but by can cannot could d did do does doing don done each else ever every everybody everyone everything
    few for from get gets getting give gives go goes going got had has have having he her here hers herself him
    himself his how however i if in into is it its itself just let like ll long m made make makes many may me
    might mine more most much must my myself need needs no nobody none nor not nothing now of off on once one only
    or other others our ours out over own please rather re really s same say says shall she should show so some
    somebody someone something such t take tell tells than that the their theirs them themselves then there these
    they thing things this those thou though through thy to too up us use used ve very want wants was way we well
    were what when where whether which while who whole whom whose why will with without would ye yet you your
    yours yourself
    """.split()  # noqa: SIM905
)
PERSIAN = frozenset(
    """
    ا ات از است اش ام اما ان انان اند انها او اگر ای ایا این اینها با باز باشد باشم باشند باید بر برای به بود بودن
    بکن بگو بگوید بی تا تر ترین تو توان حتی خواهد خواهم خود خودش خودم خودمان خویش داد دارد دارم دارند داری داشت
    داشتن در دو دیگر را رو ش شد شدن شده شما شود ما مان مرا من مگر می میان میتوان میشود ن نمی نمیشود نه نیست ها
    های هایی هر هست هستم هستند هستی هم همه هیچ و ور وقت وقتی ولی چرا چطور چند چه چو چون چگونه چی چیز چیزی چیست کجا
    کجاست کدام کرد کردن کرده کس کسی کن کند کنم کنند کنی کنیم که کی گاه گاهی گر گفت گفتن گوید ی یا یعنی یک یکی
    """.split()  # noqa: SIM905
)

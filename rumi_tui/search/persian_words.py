"""Small lists of Persian words that no model has to learn, in the spelling of `rumi_tui.search.spelling`."""

from __future__ import annotations

from rumi_tui.search.spelling import persian_stem, search_spelling


def _pairs(text: str) -> dict[str, tuple[str, ...]]:
    pairs: dict[str, tuple[str, ...]] = {}
    for words, others in (line.split(":") for line in text.strip().splitlines()):
        told = tuple(search_spelling(other) for other in others.split())
        for word in words.split():
            if pairs.setdefault(search_spelling(word), told) != told:
                raise ValueError(f"{word} stands twice")
    return pairs


FUNCTION_WORDS = _pairs(
    """
    از ز : from
    به : to
    بر ابر : on
    در اندر : in
    با : with
    بی : without
    تا : until
    که کی : that who
    را : (object)
    و : and
    یا : or
    نه : not no
    هم نیز : also
    اگر گر ار : if
    ور وگر : and-if
    چون چو : when like
    همچو همچون چونک چونکه : like as
    چه : what
    چرا : why
    چگونه چسان : how
    کو کجا : where
    کیست : who-is
    چیست : what-is
    آن ان : that
    این : this
    او وی : he she
    من : I
    مرا : me
    تو : you
    ترا تورا : you
    ما : we
    شما : you
    ایشان انها : they
    خود خویش خویشتن : self own
    هر : every
    همه جمله : all
    هیچ : none any
    دگر دیگر : other again
    بهر برای : for
    پیش : before
    پس : then after
    سوی : toward
    زیر : under
    میان : between amid
    جز الا : except
    لیک ولی لیکن ولیک اما : but
    پی : after
    کز : that-from
    زان ازان : from-that
    زین ازین : from-this
    کان : that-that
    کین کاین : that-this
    زانک زانکه ازانک : because
    انک انکه : that-which
    اینک : behold
    چنان چنین همچنین : thus such
    چند : how-many
    باز : again back
    هنوز : still
    اکنون کنون : now
    ای ایا : O
    است ست هست : is
    نیست : is-not
    بود : was may-be
    باشد : may-be
    شد : became
    شود گردد : becomes
    کرد : did made
    کند : does makes
    کن : do make
    گفت : said
    گوید : says
    """
)
"""Words of grammar and their English, which stands in a translation only now and then."""

TODAY = _pairs(
    """
    فیل : پیل
    الاغ : خر
    قاطر : استر
    قورباغه : چغز بزغ
    شاهین عقاب : باز
    جوجه : مرغ
    گوسفند : گوسفند میش
    حیوان حیوانات جانور : حیوان وحش بهیمه
    چوپان : شبان
    کشاورز دهاتی : روستایی دهقان
    باغبان : باغبان باغ
    خیاط : درزی
    پزشک دکتر پزشکان : طبیب حکیم
    معلم آموزگار اموزگار : استاد معلم اوستاد
    شاگرد شاگردان دانش‌آموز : شاگرد کودک
    ملوان کشتیبان : کشتیبان ملاح کشتی
    نوازنده آوازخوان خواننده : مطرب
    آهنگر اهنگر : حداد آهن
    نقاش نقاشی : نقش نقاش
    فروشنده : فروش دکان
    مغازه فروشگاه : دکان
    بازرگان تاجر : بازرگان خواجه تاجر
    گدا فقیر بینوا : گدا فقیر درویش
    ثروتمند پولدار : منعم غنی توانگر
    پول : زر سیم درم
    پلیس داروغه : عسس محتسب شحنه
    زندانی : زندان حبس
    قاضی دادگاه : قاضی
    پادشاه شاه : شاه پادشه
    ملکه : شاه بانو
    سرباز سربازان : سپاه لشکر
    جنگ دعوا نزاع : جنگ نزاع خصومت
    صلح آشتی اشتی : صلح
    پیامبر : پیغامبر رسول مصطفی
    خدا خداوند پروردگار : حق خدا یزدان
    شیطان : ابلیس دیو
    فرشته : ملک فرشته
    بهشت : جنت بهشت
    جهنم دوزخ : دوزخ
    گناه : گنه جرم
    دعا نیایش عبادت : دعا طاعت نماز
    ناشنوا : کر
    نابینا : کور ضریر
    لال : گنگ
    کچل : کل
    پیرمرد : پیر
    پیرزن : کمپیر عجوز
    بچه کودک بچه‌ها : طفل کودک
    نوزاد : طفل
    همسر شوهر : شوی زن جفت
    دوست رفیق دوستی : یار رفیق صحبت
    دشمن : عدو خصم
    معشوق محبوب : معشوق دلبر یار
    زیبا قشنگ خوشگل : خوب زیبا حسن
    خوشحال شاد شادی : شاد شادی طرب
    غمگین غم اندوه ناراحت : غم اندوه حزن
    گریه : گریه گریان گریست
    ترس : ترس خوف
    خشم عصبانی : خشم
    حسادت : حسد
    غرور مغرور تکبر : کبر
    احمق نادان : احمق ابله
    دانا باهوش : عاقل زیرک
    بیمار مریض بیماری : رنجور بیمار رنج
    درمان معالجه دارو : دارو علاج درمان
    مرگ مردن : مرگ اجل
    گورستان قبرستان قبر : گورستان گور
    زندگی : زندگی حیات عمر
    کشتن قتل : کشت خون
    فرار گریختن : گریخت گریز
    آسمان اسمان : آسمان فلک چرخ
    خورشید آفتاب افتاب : آفتاب خورشید شمس
    ستاره : اختر ستاره
    دریا اقیانوس : دریا بحر
    رودخانه : جو جوی رود
    بیابان صحرا کویر : بادیه بیابان صحرا
    جنگل : بیشه
    یخ یخ‌زده : یخ فسرده برف
    آتش اتش : آتش
    آجر اجر : خشت کلوخ
    آینه اینه : آینه
    اتاق : خانه حجره
    حمام : گرمابه حمام
    طویله : آخر
    راه جاده خیابان : راه ره
    سفر مسافرت مسافر : سفر مسافر
    لباس پیراهن : جامه قبا
    پارچه : جامه اطلس
    غذا خوراک : طعام لوت نان
    شراب : می باده شراب
    دستور : امر
    موسیقی ساز آواز اواز : مطرب چنگ آواز
    صدا : آواز بانگ صدا
    حرف سخن کلمه کلمات : سخن گفت لفظ
    نوشتن نوشته : نوشت خط کتابت
    خواب رویا : خواب
    گیاه گیاهان : نبات گیاه
    هدیه کادو : هدیه ارمغان
    مسابقه : شرط
    توضیح شرح : شرح بیان
    آزاد ازاد آزادی : آزاد خلاص
    تنبل : کاهل
    تنهایی تنها : تنها فراق
    جدایی دوری : فراق هجر جدایی
    وصال : وصل وصال
    خیال تصور : خیال وهم
    """
)
"""Words of today, and how Rumi says it; some stand in his verse too, in another sense or less often."""


def today(word: str) -> tuple[str, ...]:
    """How Rumi says a word of today's Persian; nothing where he says it so, too."""
    return TODAY.get(word) or TODAY.get(persian_stem(word), ())

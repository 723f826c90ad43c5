"""Word lists that support the recognition of personal data; content decides first.

Korean surnames: the most frequent ones of the 2015 census (Statistics Korea), over 98 % of the people.
Given-name syllables and English first names: the common ones of the last decades, general knowledge.
"""

from __future__ import annotations

from lowtide.tables.word_sets import word_set

SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용"
)
SURNAMES_OF_TWO = frozenset(("남궁", "황보", "제갈", "선우", "독고", "사공", "서문"))
GIVEN = frozenset(
    "가강건겸경광교구국권규균근금기길나남다단담대덕도동두라란려련렬령로루류률리린림만명모무문미민배백범별병보복봉빈사산삼상새샘서석선설섭성세소솔송수숙순슬승시신아안애양언여연열영예오옥온완용우욱운웅원월유윤율융은을음의이익인일임자재전정제조종주준중지진찬창채천철청초춘충치태택하학한해향혁현협형혜호홍화환효후훈휘희흥"
)
NAME_WORDS_KO = (
    "이름",
    "성명",
    "성함",
    "고객명",
    "회원명",
    "환자명",
    "담당자",
    "대표자",
    "작성자",
    "신청자",
    "보호자",
    "예금주",
    "수취인",
)
NAME_WORDS_EN = word_set(
    """name fullname firstname lastname surname forename customername username hostname clientname patientname
    employeename contactname representative director author owner ceo person holder"""
)
FIRST_NAMES = word_set(
    """james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony
    mark donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan
    jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander
    raymond patrick jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle walter ethan
    jeremy harold keith christian roger noah gerald carl terry sean austin arthur lawrence jesse dylan bryan joe
    jordan billy bruce albert willie gabriel logan alan juan wayne roy ralph randy eugene vincent russell louis
    philip bobby johnny bradley mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa
    nancy betty margaret sandra ashley kimberly emily donna michelle dorothy carol amanda melissa deborah
    stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen
    samantha katherine christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia
    joyce virginia victoria kelly lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline
    martha gloria teresa ann sara madison frances kathryn janice jean abigail alice julia judy sophia grace
    denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie kayla
    alexis lori luis carlos miguel antonio francisco pedro manuel pablo marco luca andreas hans peter klaus
    jan lars erik sven pierre michel jacques sophie claire camille giulia elena anne eva irina olga ivan sergei
    alex chris sam max ben tom tim mike dave steve matt nick tony jim bob bill dan greg jeff kate jane lucy ella
    minjun jiwoo seoyeon wei ming yuki hiroshi kenji mohamed mohammed ahmed ali omar fatima aisha raj priya"""
)

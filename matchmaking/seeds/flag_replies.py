"""What the demo's banks said of the flags on their papers, and what the office made of it. 演示数据."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.flags.commands import reply
from matchmaking.delivery.flags.deciding import confirm_verdict, propose_verdict
from matchmaking.delivery.flags.models import FigureFlag, FlagReply
from matchmaking.foundation.clock import business_day
from matchmaking.registry.portfolios.models import Portfolio

SAID = {
    "d1": "旧贷款到期前已由企业自筹还清，新贷款用于收购鲜叶，附还款凭证和购销合同（演示答复）。",
    "d2": "两份签约是同一企业的两期项目，第二期尚在落实抵押登记（演示答复）。",
    "d3": "合同在会前已签，活动上补办仪式，由工作人员一并录入，同意不计入该场活动（演示答复）。",
    "d4": "企业季节性收购，货款回笼后提前还款，未另行发放（演示答复）。",
    "d7": "项目今年投产，上年销售不能反映今年的用款，附可研批复（演示答复）。",
}
EXPLAINED = "已核对银行所附凭证，与借据和合同一致（演示裁定）。"


def hear_banks(session: Session, city: Portfolio, *, at: datetime) -> None:
    """Of what was raised before, two in three are answered, and of those every other one is taken as explained.

    Nothing is upheld: the demo's rates stay what its facts make them.
    """
    answered = select(FlagReply.id).where(FlagReply.flag_id == FigureFlag.id).exists()
    asked = select(FigureFlag).where(FigureFlag.portfolio_id == city.id, ~answered, FigureFlag.recorded_at < at)
    for flag in session.scalars(asked.order_by(FigureFlag.id)).all():
        words = SAID.get(flag.code)
        if words is None or flag.id % 3 == 0:
            continue
        reply(
            session, actor="seed:bank", flag_id=flag.id, party="bank", speaker=flag.lender, branch=None, words=words,
            at=at,
        )  # fmt: skip
        if flag.id % 2 == 0:
            made = propose_verdict(
                session, actor="seed:office", flag_id=flag.id, kind="explained", words=EXPLAINED,
                document=f"演示核查记录〔{at.year}〕{flag.id} 号", decided_on=business_day(at), at=at,
            )  # fmt: skip
            confirm_verdict(session, actor="seed:office-chief", flag_id=flag.id, proposal_id=made.id, at=at)

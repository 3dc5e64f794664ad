"""Grade files as platforms write them, with the names and signs that trouble people."""

from dataclasses import dataclass
from pathlib import Path

CANVAS_SEMICOLONS = (
    "Student;ID;SIS User ID;SIS Login ID;Section;Chapter 11 (4821)\n"
    "    Points Possible;;;;;20,00\n"
    "De Smet, Jan;101;r01;r0101;A;12,5\n"
    '"Peeters; An";102;r02;r0102;A;'
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Chapter 11 (4821),Quiz (77),Current Score\r\n"
    "    Points Possible,,,,,20.00,10.00,(read only)\r\n"
    '"De Smet, Jan",101,r01,r0101,A,,8,40\r\n'
    '"Peeters, Jan",102,r02,r0102,A,12.00,,\r\n'
    '"Peeters, Jan",103,r03,r0103,B,,,\r\n'
    '"D\'hondt, Zoë",104,r04,r0104,B,EX,9,\r\n'
    '"=""Formula, Al""",105,r05,r0105,B,,,\r\n'
    '"Student, Test",,,,A,,,\r\n'
)
CANVAS_LAST_AND_FIRST = (
    "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,Chapter 11 (4821),Current Score\n"
    "    Points Possible,,,,,,20.00,(read only)\n"
    "De Smet,Jan,101,r01,r0101,A,,40\n"
    "Peeters,An,102,r02,r0102,A,12.00,\n"
    '"=""Formula""",Al,105,r05,r0105,B,,\n'
)
MOODLE = (
    '"Identifier","Full name","Email address","Status","Grade","Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Online text","Last modified (grade)","Feedback comments"\n'
    '"Participant 4701","Jan De Smet","jan@school.be","Submitted for grading - 2 days 3 hours late",'
    ',"100.00","Yes","Friday, 27 November 2026, 11:58 PM",,"-",\n'
    '"Participant 4702","Renée D\'hondt","renee@school.be","Submitted for grading","12","100.00","Yes",'
    '"Thursday, 26 November 2026, 9:05 AM","a ""b"", c\nd","-","<p>Good</p>"\n'
    '"Participant 4703","An_Sofie Maes","an@school.be","No submission - Overdue by 2 days",'
    ',"100.00","No","-",,"-",\n'
)
MOODLE_DUTCH = (
    "Identificatie;Volledige naam;E-mailadres;Status;Cijfer;Maximaal cijfer;Het cijfer kan gewijzigd worden;"
    "Laatst gewijzigd (inzending);Laatst gewijzigd (beoordeling);Feedback tekstvak\r\n"
    "Deelnemer4701;Jan De Smet;jan@school.be;Ingestuurd voor beoordeling - 2 dagen laat;;20,00;Ja;"
    "vrijdag, 27 november 2026, 23:58;-;\r\n"
    "Deelnemer4702;Renée D'hondt;renee@school.be;Ingestuurd voor beoordeling;12,5;20,00;Ja;"
    'donderdag, 26 november 2026, 09:05;-;\'="goed"\r\n'
    "Deelnemer4703;An_Sofie Maes;an@school.be;Geen inzending - 2 dagen laat;;20,00;Nee;-;-;\r\n"
)
BLACKBOARD = (
    '"Last Name","First Name","Username","Student ID","Last Access","Availability",'
    '"Chapter 11 [Total Pts: 100 Score] |337483","Total [Total Pts: up to 505 Score] |337484"\n'
    '"De Smet","Jan","jan_de_smet","r0101","2026-11-26 10:00:00","Yes","","0"\n'
    '"D\'hondt","Renée","r0102","r0102","","Yes","55","55"\n'
)
BLACKBOARD_TABS = (
    '"Last Name"\t"First Name"\t"Username"\t"Chapter 11 [Total Pts: 100 Score] |337483"\t'
    '"Feedback to Learner"\t"Feedback Format"\r\n'
    '"De Smet"\t"Jan"\t"jan_de_smet"\t""\t""\t"SMART_TEXT"\r\n'
    '"D\'hondt"\t"Renée"\t"r0102"\t"55"\t"=1+1"\t"SMART_TEXT"\r\n'
)
BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,First Name,Email,"
    "Chapter 11 Points Grade <Numeric MaxPoints:20 Category:Labs>,Quiz Points Grade <Numeric MaxPoints:5>,"
    "End-of-Line Indicator\r\n"
    "#0101,#jan_de_smet,De Smet,Jan,jan@school.be,,4,#\r\n"
    "#0102,#renee,D'hondt,Renée,renee@school.be,12.5,,#\r\n"
    "#0103,#an,Maes,An,an@school.be,,,\r\n"
)
CLASSROOM50 = (
    "username,first_name,last_name,email,section,score,max_score,datetime,submission_tag,submitted_by,"
    "review_url,late,override\n"
    "jandesmet,Jan,De Smet,jan@school.be,A,10,100,2026-11-26T10:00:00Z,submit/1,jandesmet,,false,false\n"
    "jandesmet,Jan,De Smet,jan@school.be,A,20,100,2026-11-27T10:00:00Z,submit/2,jandesmet,,true,false\n"
    "renee-d,Renée,D'hondt,renee@school.be,A,,,,,,,,\n"
)
LIST = (
    "Naam;Gebruikersnaam;E-mailadres;Ingediend;Cijfer;Groep\r\n"
    "Jan De Smet;jan_de_smet;jan@school.be;27/11/2026 23:58;;=A1\r\n"
    "Renée D'hondt;r0102;renee@school.be;2026-11-26 09:05;;B\r\n"
)


@dataclass(frozen=True)
class Sample:
    """A grade file: its form, its bytes, and a column that takes grades."""

    form: str
    data: bytes
    column: str | None = None

    def path(self, folder: Path) -> Path:
        """Write it and return where."""
        path = folder / f"{self.form}.csv"
        path.write_bytes(self.data)
        return path


SAMPLES = {
    "canvas": Sample("canvas", CANVAS.encode(), "Chapter 11"),
    "canvas with a mark": Sample("canvas", CANVAS.encode("utf-8-sig"), "Chapter 11 (4821)"),
    "canvas with semicolons": Sample("canvas", CANVAS_SEMICOLONS.encode(), "Chapter 11"),
    "canvas with two names": Sample("canvas", CANVAS_LAST_AND_FIRST.encode(), "Chapter 11"),
    "moodle": Sample("moodle", MOODLE.encode()),
    "moodle in Dutch": Sample("moodle", MOODLE_DUTCH.encode("utf-8-sig")),
    "moodle in Dutch, from Excel": Sample("moodle", MOODLE_DUTCH.encode("cp1252")),
    "blackboard": Sample("blackboard", BLACKBOARD.encode(), "Chapter 11"),
    "blackboard with tabs": Sample("blackboard", BLACKBOARD_TABS.encode("utf-16"), "Chapter 11"),
    "blackboard with tabs, unmarked": Sample("blackboard", BLACKBOARD_TABS.encode("utf-16-le"), "Chapter 11"),
    "brightspace": Sample("brightspace", BRIGHTSPACE.encode(), "Chapter 11"),
    "classroom50": Sample("classroom50", CLASSROOM50.encode()),
    "a list": Sample("list", LIST.encode("utf-8-sig"), "Cijfer"),
}

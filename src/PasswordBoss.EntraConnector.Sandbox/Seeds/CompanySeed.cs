using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox.Seeds;

/// <summary>
/// Fjordlight Architects, a fictional company with the edge cases that every real directory has. The ids are fixed: user 7 is
/// <c>…-8000-000000000007</c> in every sandbox.
/// </summary>
internal static class CompanySeed
{
    private const string Domain = SandboxCredentials.TenantDomain;
    private static readonly DateTimeOffset Created = new(2024, 3, 4, 9, 0, 0, TimeSpan.Zero);

    public static SandboxDocument Create()
    {
        var people = new List<EntraUser>
        {
            Person(1, "Astrid", "Solheim", "astrid.solheim", "Management", "Managing partner"),
            Person(2, "Mateo", "García Núñez", "mateo.garcia", "Management", "Partner"),
            Person(3, "Zoë", "O'Brien-Müller", "zoe.obrien-mueller", "Design", "Lead architect"),
            Person(4, "Łukasz", "Żółkiewski", "lukasz.zolkiewski", "Design", "Architect"),
            Person(5, "Ingrid", "Bråten", "ingrid.braaten", "Design", "Architect"),
            Person(6, "Henrik", "Dahl", "henrik.dahl", "Design", "Landscape architect"),
            Person(7, "Siobhán", "Ní Dhomhnaill", "siobhan.nidhomhnaill", "Design", "Architect"),
            Person(8, "Kenji", "Watanabe", "kenji.watanabe", "Design", "Model maker"),
            Person(9, "Amara", "Okafor", "amara.okafor", "Design", "Interior architect"),
            Person(10, "Jürgen", "Groß", "juergen.gross", "Design", "Draughtsman"),
            Person(11, "Marit", "Haugen", "marit.haugen", "Finance", "Head of finance"),
            Person(12, "Pierre", "D'Amboise", "pierre.damboise", "Finance", "Controller"),
            Person(13, "Eleni", "Papadopoulou", "eleni.papadopoulou", "Finance", "Accountant"),
            Person(14, "Tomás", "Ó Súilleabháin", "tomas.osuilleabhain", "Finance", "Accountant"),
            Person(15, "Ragnhild", "Moe", "ragnhild.moe", "Finance", "Payroll"),
            Person(16, "Samir", "Haddad", "samir.haddad", "IT", "Head of IT"),
            Person(17, "Linnea", "Åkesson", "linnea.akesson", "IT", "System administrator"),
            Person(18, "Bogdan", "Ionescu", "bogdan.ionescu", "IT", "Support"),
            Person(19, "Nora", "Lindqvist", "nora.lindqvist", "Projects", "Project manager"),
            Person(20, "Oskar", "Nyström", "oskar.nystrom", "Projects", "Project manager"),
            Person(21, "Yusuf", "Demir", "yusuf.demir", "Projects", "Site manager"),
            Person(22, "Chloé", "Lefèvre", "chloe.lefevre", "Projects", "Site manager"),
            Person(23, "Anders", "Vik", "anders.vik", "Projects", "Surveyor"),
            Person(24, "Priya", "Raman", "priya.raman", "Projects", "Structural engineer"),
            Person(25, "Dmytro", "Kovalenko", "dmytro.kovalenko", "Projects", "Structural engineer"),
            Person(26, "Freja", "Sørensen", "freja.sorensen", "Office", "Office manager"),
            Person(27, "Tor", "Eriksen", "tor.eriksen", "Office", "Reception"),
            Person(28, "Hanna", "Virtanen", "hanna.virtanen", "Office", "Communications"),
            Person(29, "Björn", "Sigurðsson", "bjorn.sigurdsson", "Office", "Archive"),
            Person(30, "Mei", "Chen", "mei.chen", "Design", "Trainee"),
        };

        var guest = Person(31, "Rosa", "Calder", "", "Projects", "Client");
        guest.Mail = "rosa.calder@harbour-trust.example";
        guest.UserPrincipalName = "rosa.calder_harbour-trust.example#EXT#@" + Domain;
        guest.UserType = "Guest";
        guest.ExternalUserState = "Accepted";

        var withoutMail = Person(32, "Gunnar", "Holm", "gunnar.holm", "Projects", "Carpenter");
        withoutMail.Mail = null;

        var scanner = Person(33, "Scanner", "Copy room", "", "Office", "Device account");
        scanner.Mail = null;
        scanner.UserPrincipalName = "scanner@localhost";

        var disabled = Person(34, "Vidar", "Strand", "vidar.strand", "Finance", "On leave");
        disabled.AccountEnabled = false;

        // One mailbox for two users who share a job.
        var firstOfTwo = Person(35, "Emma", "Berg", "emma.berg", "Office", "Front desk, mornings");
        firstOfTwo.Mail = "frontdesk@" + Domain;
        var secondOfTwo = Person(36, "Elias", "Berg", "elias.berg", "Office", "Front desk, afternoons");
        secondOfTwo.Mail = "FrontDesk@" + Domain;

        var withoutSurname = Person(37, "Suharto", null, "suharto", "Projects", "Photographer");
        var withPlus = Person(38, "Ada", "Nwosu", "ada.nwosu+studio", "Design", "Visualiser");
        people.AddRange(new[] { guest, withoutMail, scanner, disabled, firstOfTwo, secondOfTwo, withoutSurname, withPlus });

        var laptop = new EntraDevice { Id = Id(3, 1), DisplayName = "FJL-STUDIO-01" };
        var aurora = Group(5, "Project Aurora", "The opera house in the harbour.", 19, 20, 24, 31);
        var userGroup = Group(
            1,
            "Password Boss Users",
            "Members of this group have a Password Boss account.",
            1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 19, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 38);
        AddTo(userGroup, laptop.Id, aurora.Id);
        var studio = Group(3, "Design Studio", "Architects, interiors and models.", 3, 4, 5, 6, 7, 8, 9, 10, 38);
        var finance = Group(2, "Finance", "Invoices, payroll, banks.", 11, 12, 13, 14, 15, 34);
        var it = Group(4, "IT", "Servers, licences and the helpdesk.", 16, 17, 18);
        var sites = Group(6, "Construction Sites", "Everyone who works on a site.", 21, 22, 23);
        AddTo(sites, aurora.Id);

        var dynamic = Group(7, "All Design", "Follows from the department.", people.Where(p => p.Department == "Design").Select(NumberOf).ToArray());
        dynamic.GroupTypes = new[] { "DynamicMembership" };
        dynamic.MembershipRule = "user.department -eq \"Design\"";

        var news = Group(8, "Fjordlight News", "The newsletter of the house.", 1, 26, 28);
        news.GroupTypes = new[] { "Unified" };
        news.MailEnabled = true;
        news.SecurityEnabled = false;
        news.Mail = "news@" + Domain;
        news.Visibility = "Public";

        var empty = Group(9, "Interns", "No members at the moment.");
        var archiveOne = Group(10, "Archive", "Drawings before 2010.", 29, 10);
        var archiveTwo = Group(11, "Archive", "Contracts.", 29, 12);

        var board = Group(12, "Board", "Its members are hidden.", 1, 2);
        board.GroupTypes = new[] { "Unified" };
        board.MailEnabled = true;
        board.SecurityEnabled = false;
        board.Mail = "board@" + Domain;
        board.Visibility = "HiddenMembership";

        return new SandboxDocument
        {
            Version = 1,
            Application = new EntraApplication(),
            Users = people,
            DeletedUsers = Array.Empty<EntraUser>(),
            Groups = new[] { userGroup, finance, studio, it, aurora, sites, dynamic, news, empty, archiveOne, archiveTwo, board },
            DeletedGroups = Array.Empty<EntraGroup>(),
            Devices = new[] { laptop },
        };
    }

    private static EntraUser Person(int number, string givenName, string? surname, string name, string department, string jobTitle) => new()
    {
        Id = Id(0, number),
        DisplayName = surname is null ? givenName : givenName + " " + surname,
        GivenName = givenName,
        Surname = surname,
        Mail = name + "@" + Domain,
        UserPrincipalName = name + "@" + Domain,
        Department = department,
        JobTitle = jobTitle,
        EmployeeId = "FJ" + number.ToString("D4", CultureInfo.InvariantCulture),
        CreatedDateTime = Created,
    };

    private static EntraGroup Group(int number, string displayName, string description, params int[] people) => new()
    {
        Id = Id(1, number),
        DisplayName = displayName,
        Description = description,
        MailNickname = new string(displayName.Where(char.IsLetterOrDigit).ToArray()) + number.ToString(CultureInfo.InvariantCulture),
        CreatedDateTime = Created,
        MemberIds = people.Select(p => Id(0, p)).ToList(),
    };

    private static void AddTo(EntraGroup group, params string[] ids) => group.MemberIds = group.MemberIds.Concat(ids).ToList();

    private static int NumberOf(EntraUser person) => Convert.ToInt32(person.Id.Substring(24), 16);

    // Users are …-8000-…, groups …-9000-…, devices …-b000-…; the last part is the number.
    private static string Id(int kind, int number) =>
        "f10d1194-0000-4000-" + (8 + kind).ToString("x", CultureInfo.InvariantCulture) + "000-" + number.ToString("x12", CultureInfo.InvariantCulture);
}

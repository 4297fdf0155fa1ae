using System;
using System.Collections.Generic;
using System.Globalization;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox.Seeds;

/// <summary>A company of any size for measurements and paging; the same numbers produce the same company.</summary>
internal static class GeneratedSeed
{
    public static SandboxDocument Create(int people, int teams)
    {
        var created = new DateTimeOffset(2024, 1, 1, 8, 0, 0, TimeSpan.Zero);
        var users = new List<EntraUser>(people);
        var all = new List<string>(people);
        var teamMembers = new List<string>[teams];
        for (var team = 0; team < teams; team++)
            teamMembers[team] = new List<string>();
        for (var i = 1; i <= people; i++)
        {
            var number = i.ToString(CultureInfo.InvariantCulture);
            var address = "person" + number + "@" + SandboxCredentials.TenantDomain;
            var user = new EntraUser
            {
                Id = Id(1, i),
                DisplayName = "Person " + number,
                GivenName = "Person",
                Surname = "Number" + number,
                Mail = address,
                UserPrincipalName = address,
                CreatedDateTime = created,
            };
            users.Add(user);
            all.Add(user.Id);
            if (teams > 0)
                teamMembers[i % teams].Add(user.Id);
        }

        var groups = new List<EntraGroup>
        {
            new() { Id = SandboxCredentials.UserGroupId, DisplayName = "Password Boss Users", MailNickname = "passwordboss", CreatedDateTime = created, MemberIds = all },
        };
        for (var team = 0; team < teams; team++)
        {
            var number = (team + 1).ToString(CultureInfo.InvariantCulture);
            groups.Add(new EntraGroup { Id = Id(2, team + 1), DisplayName = "Team " + number, MailNickname = "team" + number, CreatedDateTime = created, MemberIds = teamMembers[team] });
        }

        return new SandboxDocument
        {
            Version = 1,
            Application = new EntraApplication(),
            Users = users,
            DeletedUsers = Array.Empty<EntraUser>(),
            Groups = groups,
            DeletedGroups = Array.Empty<EntraGroup>(),
            Devices = Array.Empty<EntraDevice>(),
        };
    }

    // The number comes first in the id, so ids sort in order of creation and results do not depend on chance.
    private static string Id(int kind, int number) =>
        number.ToString("x8", CultureInfo.InvariantCulture) + "-0000-4000-8000-" + kind.ToString("x12", CultureInfo.InvariantCulture);
}

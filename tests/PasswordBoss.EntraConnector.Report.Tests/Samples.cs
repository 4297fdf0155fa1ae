using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Reports;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Reports;

namespace PasswordBoss.EntraConnector.Report.Tests;

/// <summary>Reports with invented data; the same numbers give the same report.</summary>
internal static class Samples
{
    /// <summary>When the reports are written.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 30, 9, 41, 0, TimeSpan.FromHours(1));

    private const string UserGroup = "Password Boss Users";

    private static readonly string[] Companies =
    [
        "Fjordlight Architects", "Harbour Trust", "Kestrel Dental", "Northwind Ferries", "Olive & Thyme Catering", "Pinewood School", "Quarry Lane Surgery", "Riverside Legal", "Saltmarsh Brewing",
        "Tern Logistics", "Umber Studio", "Vale Housing Association",
    ];

    private static readonly (string Name, string Address)[] People =
    [
        ("Astrid Solheim", "astrid.solheim"), ("Mateo García Núñez", "mateo.garcia"), ("Zoë O'Brien-Müller", "zoe.obrien-mueller"), ("Łukasz Żółkiewski", "lukasz.zolkiewski"),
        ("Ingrid Bråten", "ingrid.braaten"), ("Siobhán Ní Dhomhnaill", "siobhan.nidhomhnaill"), ("Kenji Watanabe", "kenji.watanabe"), ("Amara Okafor", "amara.okafor"),
        ("Jürgen Groß", "juergen.gross"), ("Pierre D'Amboise", "pierre.damboise"), ("Eleni Papadopoulou", "eleni.papadopoulou"), ("Samir Haddad", "samir.haddad"),
        ("Linnea Åkesson", "linnea.akesson"), ("Yusuf Demir", "yusuf.demir"), ("Priya Raman", "priya.raman"), ("Freja Sørensen", "freja.sorensen"), ("Mei Chen", "mei.chen"),
    ];

    /// <summary>The words of the page in the language of the session.</summary>
    public static ReportWords Words => ReportWording.Render();

    /// <summary>Writes a page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="connections">The connections.</param>
    /// <param name="changes">The changes, newest first. All of them are counted, and the first of them are listed.</param>
    /// <param name="words">The words; null for <see cref="Words"/>.</param>
    public static string Write(string path, IReadOnlyList<ReportConnection> connections, IEnumerable<ReportChange> changes, ReportWords? words = null)
    {
        using var page = new ReportPage(path, overwrite: true, Elsewhere, words ?? Words);
        var days = new Dictionary<(int, DateTime, ChangeKind), int>();
        var listed = 0;
        foreach (var change in changes)
        {
            var key = (change.ConnectionIndex, change.Time.Date, change.Kind);
            days[key] = days.GetValueOrDefault(key) + 1;
            if (listed++ < page.MaxChanges)
                page.Add(change);
        }

        page.Complete(new ReportSummary
        {
            WrittenAt = Now,
            Since = Now.AddDays(-45),
            Connections = connections,
            Days = days.Select(day => new ReportDay(day.Key.Item1, day.Key.Item2, day.Key.Item3, day.Value)).ToList(),
        });
        return path;
    }

    /// <summary>A store that is somewhere else.</summary>
    public static StateLocation Elsewhere => new(Path.Combine(Path.GetTempPath(), "pbentra-none"), Path.Combine(Path.GetTempPath(), "pbentra-none", "keys"), isMachineWide: false);

    /// <summary>Connections of customers; some of them need attention.</summary>
    /// <param name="count">Their number.</param>
    public static IReadOnlyList<ReportConnection> Connections(int count)
    {
        var random = new Random(7);
        return Enumerable.Range(0, count).Select(number =>
        {
            var name = Companies[number % Companies.Length] + (number < Companies.Length ? "" : " " + (number / Companies.Length + 1));
            var connection = new ReportConnection
            {
                Name = name,
                TenantId = new Guid(number + 1, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8).ToString(),
                Status = ConnectorStatus.Connected,
                Attention = Attention.None,
                UserGroup = UserGroup,
                Active = random.Next(12, 240),
                Pending = random.Next(0, 4),
                Disabled = random.Next(0, 12),
                LastSync = Now.AddMinutes(-random.Next(1, 5)),
                LastOutcome = random.Next(3) == 0 ? SyncOutcome.Succeeded : SyncOutcome.NoChange,
                NextSync = Now.AddMinutes(random.Next(1, 5)),
                SecretExpires = Now.AddDays(random.Next(80, 700)),
            };
            return (number % 40) switch
            {
                2 => connection with
                {
                    Status = ConnectorStatus.NotAuthorized,
                    Attention = Attention.Now,
                    LastOutcome = SyncOutcome.Failed,
                    FailingSince = Now.AddHours(-19),
                    SecretExpires = Now.AddHours(-20),
                    Message = "The client secret of application 'Password Boss' has expired (AADSTS7000222). Create a new secret and store it with Connect-PBEntra -Name '" + name + "' -ClientSecret.",
                },
                5 => connection with
                {
                    Status = ConnectorStatus.Paused,
                    Attention = Attention.Soon,
                    LastOutcome = SyncOutcome.Refused,
                    PendingDeletes = 2,
                    Message = "38 of 61 accounts would be disabled, more than the limits allow. If this is right, allow it once with Invoke-PBSync -Name '" + name + "' -Force.",
                },
                8 => connection with { Attention = Attention.Soon, SecretExpires = Now.AddDays(11) },
                10 => connection with { Attention = Attention.Soon, IsOverdue = true, LastSync = Now.AddHours(-3) },
                _ => connection,
            };
        }).ToList();
    }

    /// <summary>Changes of the last 45 days, newest first.</summary>
    /// <param name="connections">The connections.</param>
    /// <param name="count">Their number.</param>
    public static IEnumerable<ReportChange> Changes(IReadOnlyList<ReportConnection> connections, int count)
    {
        var random = new Random(11);
        return Enumerable.Range(0, count).Select(_ => Time(random)).OrderDescending().Select((time, number) => Change(random, connections, time, number));
    }

    // During office hours, and seldom on a weekend.
    private static DateTimeOffset Time(Random random)
    {
        while (true)
        {
            var time = new DateTimeOffset(Now.Date.AddDays(-random.Next(0, 45)), Now.Offset).AddMinutes(random.Next(8 * 60, 18 * 60));
            if (time < Now && (time.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) || random.Next(8) == 0))
                return time;
        }
    }

    private static ReportChange Change(Random random, IReadOnlyList<ReportConnection> connections, DateTimeOffset time, int number)
    {
        var place = random.Next(connections.Count);
        var (name, address) = People[random.Next(People.Length)];
        if (connections.Count > Companies.Length)
            (name, address) = (name + " " + number, address + number);
        var domain = connections[place].Name.ToLowerInvariant().Replace(" & ", "-", StringComparison.Ordinal).Replace(' ', '-') + ".example";
        var change = Sample(place, connections[place].Name, time) with { RunId = new Guid(number, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), Email = address + "@" + domain, DisplayName = name };
        return random.Next(20) switch
        {
            < 7 => change with { Kind = ChangeKind.Created, Action = SyncAction.Create, Reason = Texts.ReasonNewMember(UserGroup).Render() },
            7 => change with { Kind = ChangeKind.Created, Action = SyncAction.CreatePending, Reason = Texts.ReasonNewMember(UserGroup).Render() },
            8 => change with { Kind = ChangeKind.Changed, Action = SyncAction.Adopt, Reason = Texts.ReasonAdopt.Render() },
            < 11 => change with { Kind = ChangeKind.Changed, Action = SyncAction.Update, Reason = Texts.ReasonNamesDiffer("first name, last name").Render(), Before = name.Split(' ')[0] + " Moe", After = name },
            < 13 => change with { Kind = ChangeKind.Disabled, Action = SyncAction.Disable, Reason = Texts.ReasonRemoved(UserGroup).Render() },
            13 => change with { Kind = ChangeKind.Disabled, Action = SyncAction.Disable, Reason = Texts.ReasonDeleted.Render() },
            14 => change with { Kind = ChangeKind.Deleted, Action = SyncAction.Delete, Reason = Texts.ReasonDeletionDue(Texts.ReasonDeleted.Render()).Render() },
            < 18 => change with { Kind = ChangeKind.Groups, Action = SyncAction.AddMember, Group = "Design Studio", Reason = Texts.ReasonMemberJoined("Design Studio").Render() },
            18 => change with
            {
                Kind = ChangeKind.HeldBack,
                Action = SyncAction.Disable,
                Outcome = ChangeOutcome.Refused,
                Reason = Texts.ReasonRemoved(UserGroup).Render(),
                ErrorId = "RemovalLimitExceeded",
                Message = "More removals than the limits allow. Nothing was removed.",
            },
            _ => change with
            {
                Kind = ChangeKind.Failed,
                Action = SyncAction.Create,
                Outcome = ChangeOutcome.Failed,
                Reason = Texts.ReasonNewMember(UserGroup).Render(),
                ErrorId = "LicenseLimit",
                Message = "Password Boss has no free license. Buy licenses, or remove users from the group. The next run tries again.",
            },
        };
    }

    /// <summary>A change without details.</summary>
    /// <param name="place">The index of its connection.</param>
    /// <param name="connection">The name of its connection.</param>
    /// <param name="time">The time.</param>
    public static ReportChange Sample(int place, string connection, DateTimeOffset time) => new()
    {
        ConnectionIndex = place,
        Connection = connection,
        Time = time,
        RunId = Guid.Empty,
        Kind = ChangeKind.Created,
        Action = SyncAction.Create,
        Outcome = ChangeOutcome.Done,
        Email = "anna@contoso.com",
        DisplayName = "Anna Example",
        Reason = "new",
    };
}

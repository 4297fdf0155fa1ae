using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>
/// Change tracking of the tenant in memory. A delta link identifies a snapshot of the tenant, and a round returns the differences to the current state. On
/// request it reports too much, too late or out of order, as Graph may.
/// </summary>
internal sealed class FakeChanges
{
    private readonly FakeEntra entra;
    private readonly List<Picture> pictures = new();
    private Picture? held;

    public FakeChanges(FakeEntra entra) => this.entra = entra;

    /// <summary>All delta links issued so far have expired.</summary>
    public bool Lost { get; set; }

    /// <summary>Each round repeats what the round before reported.</summary>
    public bool Replays { get; set; }

    /// <summary>Each round reports everything twice, the second time in reverse order.</summary>
    public bool Repeats { get; set; }

    /// <summary>Each round also names unknown users and members, and people and groups that did not change.</summary>
    public bool Strays { get; set; }

    /// <summary>Rounds do not report that a user who no longer exists is no longer a member.</summary>
    public bool SilentAboutTheGone { get; set; }

    /// <summary>Users who left each group shortly before they joined it: the same round reports both.</summary>
    public HashSet<string> LeftBeforeJoining { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether rounds do not report the latest changes yet.</summary>
    public bool IsBehind => held is not null;

    /// <summary>Changes from now on are not reported until <see cref="CatchUp"/>, but reads by ID and lists show them.</summary>
    public void FallBehind() => held ??= new Picture(entra);

    public void CatchUp() => held = null;

    public DeltaLinks Begin(IReadOnlyCollection<string> groupIds)
    {
        Lost = false;
        return Add(groupIds, pictures.Count);
    }

    public DirectoryChanges Since(DeltaLinks links)
    {
        if (Lost)
            throw new ConnectorException(Problems.ChangesLost("410"));
        var next = new List<DeltaLinks>();
        var reported = new List<DirectoryChanges>();
        foreach (var link in links.Groups)
        {
            var index = int.Parse(link, CultureInfo.InvariantCulture);
            var before = pictures[index];
            next.Add(Add(before.Tracked, index));
            reported.Add(Difference(before, pictures[^1]));
            if (Replays)
                reported.Add(Difference(pictures[before.Previous], before));
            if (Strays)
                reported.Add(Stray(before.Tracked));
        }

        if (Repeats)
            reported.AddRange(reported.AsEnumerable().Reverse().ToList());
        var memberships = reported.SelectMany(t => t.Memberships);
        return new DirectoryChanges
        {
            Links = new DeltaLinks { Groups = next.SelectMany(n => n.Groups).ToList(), Users = next[0].Users },
            Groups = reported.SelectMany(t => t.Groups).GroupBy(g => g.GroupId).Select(g => g.First()).ToList(),
            Memberships = (Repeats ? memberships.Reverse() : memberships).ToList(),
            Users = reported.SelectMany(t => t.Users).GroupBy(u => u.UserId)
                .Select(u => new UserChange(u.Key, u.Any(c => c.IsRemoved)) { Reported = u.SelectMany(c => c.Reported).ToList() }).ToList(),
        };
    }

    private DeltaLinks Add(IReadOnlyCollection<string> tracked, int previous)
    {
        pictures.Add((held ?? new Picture(entra)) with { Tracked = tracked, Previous = previous });
        var link = (pictures.Count - 1).ToString(CultureInfo.InvariantCulture);
        return new DeltaLinks { Groups = new[] { link }, Users = link };
    }

    private DirectoryChanges Difference(Picture before, Picture now) => new()
    {
        Links = new DeltaLinks { Groups = Array.Empty<string>(), Users = "" },
        Groups = before.Tracked
            .Where(id => before.Names.GetValueOrDefault(id) != now.Names.GetValueOrDefault(id))
            .Select(id => new GroupChange(id, !now.Names.ContainsKey(id), now.Names.GetValueOrDefault(id))).ToList(),
        Memberships = now.Members.Except(before.Members).Select(m => new MembershipChange(m.Group, m.Member, entra.Groups.ContainsKey(m.Member), false))
            .Concat(before.Members.Except(now.Members).Where(m => !SilentAboutTheGone || Exists(m.Member))
                .Select(m => new MembershipChange(m.Group, m.Member, entra.Groups.ContainsKey(m.Member), true)))
            .Concat(now.Members.Except(before.Members).Where(m => LeftBeforeJoining.Contains(m.Member)).Select(m => new MembershipChange(m.Group, m.Member, false, true)))
            .Where(m => before.Tracked.Contains(m.GroupId)).ToList(),
        Users = before.Users.Keys.Union(now.Users.Keys)
            .Where(id => before.Users.GetValueOrDefault(id) != now.Users.GetValueOrDefault(id))
            .Select(id => new UserChange(id, !now.Users.ContainsKey(id)) { Reported = now.Users.TryGetValue(id, out var reported) ? new[] { reported } : Array.Empty<DirectoryUser>() }).ToList(),
    };

    private DirectoryChanges Stray(IReadOnlyCollection<string> tracked) => new()
    {
        Links = new DeltaLinks { Groups = Array.Empty<string>(), Users = "" },
        Groups = tracked.Where(entra.Groups.ContainsKey).Select((id, i) => new GroupChange(id, false, i == 0 ? null : entra.Groups[id].Name)).ToList(),
        Memberships = new[]
        {
            new MembershipChange(tracked.First(), "a device", false, false),
            new MembershipChange(tracked.Last(), "never known", false, true),
            new MembershipChange("a group that is not tracked", entra.Users.Keys.First(), false, false),
        },
        Users = new[] { new UserChange("never known", true), new UserChange("unknown", false), new UserChange(entra.Users.Keys.First(), false) },
    };

    private bool Exists(string id) => entra.Users.ContainsKey(id) || entra.DeletedItems.ContainsKey(id) || entra.Groups.ContainsKey(id);

    // A user in deleted items keeps their memberships, and group changes do not report that user.
    private sealed record Picture
    {
        public Picture(FakeEntra entra)
        {
            Users = new Dictionary<string, DirectoryUser>(entra.Users, StringComparer.OrdinalIgnoreCase);
            Names = entra.Groups.Values.ToDictionary(g => g.Id, g => g.Name);
            Members = entra.Groups.Values.SelectMany(g => g.Members.Select(m => (g.Id, m))).ToHashSet();
        }

        public IReadOnlyCollection<string> Tracked { get; init; } = Array.Empty<string>();

        public int Previous { get; init; }

        public Dictionary<string, DirectoryUser> Users { get; }

        public Dictionary<string, string> Names { get; }

        public HashSet<(string Group, string Member)> Members { get; }
    }
}

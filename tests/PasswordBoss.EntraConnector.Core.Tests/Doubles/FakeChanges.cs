using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>
/// Change tracking of the tenant in memory: a link names a picture of it, and a round tells how it differs from now. It tells too much and in disorder when
/// asked to, as Graph may.
/// </summary>
internal sealed class FakeChanges
{
    private readonly FakeEntra entra;
    private readonly List<Picture> pictures = new();

    public FakeChanges(FakeEntra entra) => this.entra = entra;

    /// <summary>All links given so far are dead.</summary>
    public bool Lost { get; set; }

    /// <summary>Each round tells once more what the round before told.</summary>
    public bool Replays { get; set; }

    public DeltaLinks Begin(IReadOnlyCollection<string> groupIds)
    {
        Lost = false;
        pictures.Add(new Picture(entra, groupIds, 0));
        return LinksOf(pictures.Count - 1);
    }

    public DirectoryChanges Since(DeltaLinks links)
    {
        if (Lost)
            throw new ConnectorException(ErrorId.ChangesLost, "410");
        var index = int.Parse(links.Users, System.Globalization.CultureInfo.InvariantCulture);
        var before = pictures[index];
        var now = new Picture(entra, before.Tracked, index);
        pictures.Add(now);
        var changes = Difference(before, now);
        if (Replays)
        {
            var earlier = Difference(pictures[before.Previous], before);
            changes = changes with
            {
                Groups = changes.Groups.Concat(earlier.Groups).ToList(),
                Memberships = changes.Memberships.Concat(earlier.Memberships).ToList(),
                Users = changes.Users.Concat(earlier.Users).ToList(),
            };
        }

        return changes with { Links = LinksOf(pictures.Count - 1) };
    }

    private static DeltaLinks LinksOf(int picture)
    {
        var link = picture.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new DeltaLinks { Groups = new[] { link }, Users = link };
    }

    private DirectoryChanges Difference(Picture before, Picture now) => new()
    {
        Links = LinksOf(0),
        Groups = before.Names.Keys.Union(now.Names.Keys)
            .Where(id => before.Names.GetValueOrDefault(id) != now.Names.GetValueOrDefault(id))
            .Select(id => new GroupChange(id, !now.Names.ContainsKey(id), now.Names.GetValueOrDefault(id))).ToList(),
        Memberships = now.Members.Except(before.Members).Select(m => new MembershipChange(m.Group, m.Member, entra.Groups.ContainsKey(m.Member), false))
            .Concat(before.Members.Except(now.Members).Select(m => new MembershipChange(m.Group, m.Member, entra.Groups.ContainsKey(m.Member), true))).ToList(),
        Users = before.Users.Keys.Union(now.Users.Keys)
            .Where(id => before.Users.GetValueOrDefault(id) != now.Users.GetValueOrDefault(id))
            .Select(id => new UserChange(id, !now.Users.ContainsKey(id))).ToList(),
    };

    // Somebody in deleted items keeps her memberships, and group changes are silent about her.
    private sealed class Picture
    {
        public Picture(FakeEntra entra, IReadOnlyCollection<string> tracked, int previous)
        {
            Tracked = tracked;
            Previous = previous;
            Users = new Dictionary<string, DirectoryUser>(entra.Users, StringComparer.OrdinalIgnoreCase);
            Names = entra.Groups.Values.Where(g => tracked.Contains(g.Id)).ToDictionary(g => g.Id, g => g.Name);
            Members = entra.Groups.Values.Where(g => tracked.Contains(g.Id)).SelectMany(g => g.Members.Select(m => (g.Id, m))).ToHashSet();
        }

        public IReadOnlyCollection<string> Tracked { get; }

        public int Previous { get; }

        public Dictionary<string, DirectoryUser> Users { get; }

        public Dictionary<string, string> Names { get; }

        public HashSet<(string Group, string Member)> Members { get; }
    }
}

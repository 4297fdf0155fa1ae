using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>Compares what was reported about a user with a read of the user.</summary>
internal static class UserDoubts
{
    /// <summary>
    /// Whether a read contradicts what was reported. A property that was not reported, or could not be read, contradicts nothing.
    /// </summary>
    /// <param name="doubt">What was reported.</param>
    /// <param name="lookup">The user, read by id.</param>
    public static bool IsContradictedBy(this UserDoubt doubt, UserLookup lookup) => lookup.Existence switch
    {
        UserExistence.Exists => doubt.IsRemoved || (doubt.Reported is { } reported && lookup.User is { } user && !AreEqual(reported, user))
            || doubt.LeftGroups.Any(g => lookup.MembershipOf(g) == MembershipStatus.Member)
            || doubt.JoinedGroups.Any(g => lookup.MembershipOf(g) == MembershipStatus.NotMember),
        UserExistence.Deleted => doubt.Reported is not null,
        _ => true,
    };

    /// <summary>
    /// An earlier report with a new one added: new changes replace earlier ones about the same properties and groups. The doubt keeps its age only if nothing new was
    /// reported.
    /// </summary>
    /// <param name="before">What was reported earlier.</param>
    /// <param name="reported">What was reported now.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public static UserDoubt With(this UserDoubt before, UserDoubt reported, DateTimeOffset now)
    {
        var merged = reported with
        {
            Reported = reported.IsRemoved ? null : Merge(new[] { before.Reported, reported.Reported }.OfType<DirectoryUser>().ToList(), null),
            LeftGroups = Union(before.LeftGroups, reported.LeftGroups, reported.JoinedGroups),
            JoinedGroups = Union(before.JoinedGroups, reported.JoinedGroups, reported.LeftGroups),
        };
        var isRepeated = merged.IsRemoved == before.IsRemoved && Union(merged.LeftGroups, [], before.LeftGroups).Count == 0 && Union(merged.JoinedGroups, [], before.JoinedGroups).Count == 0
            && (merged.Reported is null ? before.Reported is null : before.Reported is not null && Values(merged.Reported).SequenceEqual(Values(before.Reported)));
        return merged with { Since = isRepeated ? before.Since : now };
    }

    /// <summary>
    /// The reported properties as one user; null if there are none. One round may report a user several times, each time with some of the properties, in any order.
    /// So if the read value equals any of the reported ones, it is used.
    /// </summary>
    /// <param name="reported">The reports.</param>
    /// <param name="read">The user as read; null if the user was not read.</param>
    public static DirectoryUser? Merge(IReadOnlyList<DirectoryUser> reported, DirectoryUser? read)
    {
        return reported.Count == 0 ? null : new DirectoryUser
        {
            Id = reported[0].Id,
            AccountEnabled = read?.AccountEnabled is { } enabled && reported.Any(t => t.AccountEnabled == enabled)
                ? enabled
                : reported.Select(t => t.AccountEnabled).LastOrDefault(v => v is not null),
            DisplayName = Of(u => u.DisplayName),
            GivenName = Of(u => u.GivenName),
            Surname = Of(u => u.Surname),
            Mail = Of(u => u.Mail),
            UserPrincipalName = Of(u => u.UserPrincipalName),
        };

        string? Of(Func<DirectoryUser, string?> property) =>
            read is not null && property(read) is { } value && reported.Any(t => property(t) == value) ? value : reported.Select(property).LastOrDefault(v => v is not null);
    }

    /// <summary>Whether the properties that were both reported and read are equal.</summary>
    /// <param name="reported">The user as reported.</param>
    /// <param name="read">The user as read.</param>
    public static bool AreEqual(DirectoryUser reported, DirectoryUser read) =>
        (reported.AccountEnabled is null || read.AccountEnabled is null || reported.AccountEnabled == read.AccountEnabled)
        && AreEqual(reported.DisplayName, read.DisplayName)
        && AreEqual(reported.GivenName, read.GivenName)
        && AreEqual(reported.Surname, read.Surname)
        && AreEqual(reported.Mail, read.Mail)
        && AreEqual(reported.UserPrincipalName, read.UserPrincipalName);

    private static bool AreEqual(string? reported, string? read) => reported is null || string.Equals(reported, read, StringComparison.Ordinal);

    private static List<string> Union(IReadOnlyList<string> first, IReadOnlyList<string> second, IReadOnlyList<string> without) =>
        first.Union(second, EntraId.Comparer).Except(without, EntraId.Comparer).ToList();

    private static object?[] Values(DirectoryUser user) => new object?[] { user.AccountEnabled, user.DisplayName, user.GivenName, user.Surname, user.Mail, user.UserPrincipalName };
}

using System;
using System.Collections.Generic;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>
/// Reads one resource, or one resource after the other, while a body arrives. The members of a group are most of what a server sends, so that they are turned into ids as
/// they come.
/// </summary>
/// <typeparam name="T">What is read of a resource.</typeparam>
internal sealed class ScimResource<T>
    where T : class
{
    private readonly Func<JsonElement, IReadOnlyList<string>, T?> read;
    private readonly bool hasMembers;
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private List<string> memberIds = [];

    private ScimResource(Func<JsonElement, IReadOnlyList<string>, T?> read, bool hasMembers)
    {
        this.read = read;
        this.hasMembers = hasMembers;
    }

    /// <summary>Reads accounts.</summary>
    /// <param name="extensionOffered">Whether the server offers the extension.</param>
    /// <param name="clean">Cleans what was read; null when it cannot be used.</param>
    public static ScimResource<Account> OfAccounts(bool extensionOffered, Func<Account, Account?> clean) =>
        new((user, _) => ScimUserMapper.Read(user, extensionOffered) is { } account ? clean(account) : null, hasMembers: false);

    /// <summary>Reads groups.</summary>
    /// <param name="extensionOffered">Whether the server offers the extension.</param>
    /// <param name="clean">Cleans what was read; null when it cannot be used.</param>
    public static ScimResource<AccountGroup> OfGroups(bool extensionOffered, Func<AccountGroup, AccountGroup?> clean) =>
        new((group, members) => ScimGroupMapper.Read(group, members, extensionOffered) is { } read ? clean(read) : null, hasMembers: true);

    /// <summary>Reads a resource whose members were taken; null when it lacks what it needs.</summary>
    /// <param name="resource">The resource, without its members.</param>
    public T? Read(JsonElement resource) => read(resource, memberIds);

    /// <summary>The members of a resource; forgotten when the next resource begins.</summary>
    public StreamedArray Members() => new("members", ignoresCase: true, Take, Clear);

    /// <summary>The resources of a page.</summary>
    /// <param name="take">Takes a resource; what <see cref="Read"/> makes of it is right during the call only.</param>
    /// <param name="clear">Forgets those that were taken.</param>
    public StreamedArray Resources(Action<JsonElement> take, Action clear) => new("Resources", ignoresCase: true, take, clear) { Inner = hasMembers ? Members() : null };

    private void Take(JsonElement member)
    {
        if (ScimGroupMapper.AccountOf(member) is { } accountId && seen.Add(accountId))
            memberIds.Add(accountId);
    }

    private void Clear()
    {
        // A new list: the last one belongs to the resource that was read.
        memberIds = [];
        seen.Clear();
    }
}

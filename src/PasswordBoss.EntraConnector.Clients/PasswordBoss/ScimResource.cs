using System;
using System.Collections.Generic;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>
/// Reads one resource, or a series of resources, while a body arrives. The members of a group are most of the data, so they are converted to ids as they
/// arrive.
/// </summary>
/// <typeparam name="T">The result for a resource.</typeparam>
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
    /// <param name="clean">Cleans the result; returns null if it cannot be used.</param>
    public static ScimResource<Account> OfAccounts(bool extensionOffered, Func<Account, Account?> clean) =>
        new((user, _) => ScimUserMapper.Read(user, extensionOffered) is { } account ? clean(account) : null, hasMembers: false);

    /// <summary>Reads groups.</summary>
    /// <param name="extensionOffered">Whether the server offers the extension.</param>
    /// <param name="clean">Cleans the result; returns null if it cannot be used.</param>
    public static ScimResource<AccountGroup> OfGroups(bool extensionOffered, Func<AccountGroup, AccountGroup?> clean) =>
        new((group, members) => ScimGroupMapper.Read(group, members, extensionOffered) is { } read ? clean(read) : null, hasMembers: true);

    /// <summary>Reads a resource whose members were processed; null if a required attribute is missing.</summary>
    /// <param name="resource">The resource, without its members.</param>
    public T? Read(JsonElement resource) => read(resource, memberIds);

    /// <summary>The members of a resource; discarded when the next resource begins.</summary>
    public StreamedArray Members() => new("members", ignoresCase: true, AddMember, Clear);

    /// <summary>The resources of a page.</summary>
    /// <param name="onResource">Processes a resource; the result of <see cref="Read"/> for it is correct only during the call.</param>
    /// <param name="clear">Discards the resources so far.</param>
    public StreamedArray Resources(Action<JsonElement> onResource, Action clear) => new("Resources", ignoresCase: true, onResource, clear) { Inner = hasMembers ? Members() : null };

    private void AddMember(JsonElement member)
    {
        if (ScimGroupMapper.AccountOf(member) is { } accountId && seen.Add(accountId))
            memberIds.Add(accountId);
    }

    private void Clear()
    {
        // Create a new list, because the last one belongs to the previous resource.
        memberIds = [];
        seen.Clear();
    }
}

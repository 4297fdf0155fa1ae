using System;
using System.Collections.Generic;
using System.Text.Json;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>
/// Builds the body of a PATCH (RFC 7644 section 3.5.2): lower-case operation names, one path per attribute. Replacing an attribute that has no value adds it,
/// so replace always works.
/// </summary>
internal sealed class ScimPatch
{
    private readonly List<Action<Utf8JsonWriter>> operations = [];
    private readonly List<string> paths = [];

    /// <summary>The path that each operation changes, in order.</summary>
    public IReadOnlyList<string> Paths => paths;

    /// <summary>Whether there is nothing to send.</summary>
    public bool IsEmpty => operations.Count == 0;

    /// <summary>Sets a string; null leaves the attribute unchanged.</summary>
    /// <param name="path">The attribute.</param>
    /// <param name="value">The string.</param>
    public ScimPatch Replace(string path, string? value)
    {
        if (value is not null)
            Add("replace", path, json => json.WriteString("value", value));
        return this;
    }

    /// <summary>Sets a boolean; null leaves the attribute unchanged.</summary>
    /// <param name="path">The attribute.</param>
    /// <param name="value">The boolean.</param>
    public ScimPatch Replace(string path, bool? value)
    {
        if (value is { } boolean)
            Add("replace", path, json => json.WriteBoolean("value", boolean));
        return this;
    }

    /// <summary>Adds members to a group.</summary>
    /// <param name="accountIds">The accounts.</param>
    public ScimPatch AddMembers(IEnumerable<string> accountIds) => AddMemberValues("add", accountIds);

    /// <summary>Removes one member from a group.</summary>
    /// <param name="accountId">The account.</param>
    public ScimPatch RemoveMember(string accountId)
    {
        Add("remove", ScimFilter.Member(accountId), static _ => { });
        return this;
    }

    /// <summary>Removes members from a group in the form that Entra's own provisioning sends: as values, without a filter in the path.</summary>
    /// <param name="accountIds">The accounts.</param>
    public ScimPatch RemoveMembersByValue(IEnumerable<string> accountIds) => AddMemberValues("remove", accountIds);

    /// <summary>A patch with only one of the operations.</summary>
    /// <param name="operation">Its index.</param>
    public ScimPatch Alone(int operation)
    {
        var alone = new ScimPatch();
        alone.operations.Add(operations[operation]);
        alone.paths.Add(paths[operation]);
        return alone;
    }

    /// <summary>The JSON.</summary>
    public byte[] ToBody() => ScimChannel.Body(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("schemas");
        json.WriteStringValue(ScimSchemas.PatchOp);
        json.WriteEndArray();
        json.WriteStartArray("Operations");
        foreach (var write in operations)
            write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private ScimPatch AddMemberValues(string operation, IEnumerable<string> accountIds)
    {
        Add(operation, "members", json =>
        {
            json.WriteStartArray("value");
            foreach (var accountId in accountIds)
            {
                json.WriteStartObject();
                json.WriteString("value", accountId);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        return this;
    }

    private void Add(string operation, string path, Action<Utf8JsonWriter> writeValue)
    {
        paths.Add(path);
        operations.Add(json =>
        {
            json.WriteStartObject();
            json.WriteString("op", operation);
            json.WriteString("path", path);
            writeValue(json);
            json.WriteEndObject();
        });
    }
}

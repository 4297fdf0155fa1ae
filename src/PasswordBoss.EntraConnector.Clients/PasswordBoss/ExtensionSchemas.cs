using System.Collections.Generic;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>Compares the server's declaration of the extension at <c>/Schemas</c> with what the connector reads and writes.</summary>
internal static class ExtensionSchemas
{
    /// <summary>Reads the declaration from the server. Sends nothing if the server does not offer the extension.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="capabilities">The capabilities of the server.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="ConnectorException">The server has <c>/Schemas</c>, but its response cannot be read.</exception>
    public static async Task<ExtensionDescription> ReadAsync(ScimChannel channel, AccountCapabilities capabilities, CancellationToken cancellationToken)
    {
        if (!capabilities.UserExtension)
            return new ExtensionDescription();
        var response = await channel.SendRepeatableAsync(HttpMethod.Get, "Schemas", null, cancellationToken).ConfigureAwait(false);
        if (response.Status is 404 or 501 && !response.IsHtml)
            return new ExtensionDescription();
        if (!response.IsSuccess)
            throw new ConnectorException(channel.Errors.FromRead(response));

        using var document = response.TryParse() ?? throw new ConnectorException(channel.Errors.Unusable(response));
        // RFC 7644 section 4 requires a ListResponse, but several servers send a bare array.
        var root = document.RootElement;
        var schemas = root.ValueKind == JsonValueKind.Array ? new List<JsonElement>(root.EnumerateArray()) : new List<JsonElement>(ScimJson.Values(root, "Resources"));
        var deviations = new List<Message>();
        var isDescribed = Compare(schemas, ScimSchemas.UserExtension, ["accountState", "managedBy"], deviations, channel.Errors);
        if (capabilities.GroupExtension)
            isDescribed |= Compare(schemas, ScimSchemas.GroupExtension, ["managedBy"], deviations, channel.Errors);
        return new ExtensionDescription { IsDescribed = isDescribed, Deviations = deviations };
    }

    private static bool Compare(List<JsonElement> schemas, string urn, string[] names, List<Message> deviations, ScimErrors errors)
    {
        var schema = schemas.Find(s => HasWord(s, "id", urn, ""));
        if (schema.ValueKind != JsonValueKind.Object)
            return false;
        var attributes = new List<JsonElement>(ScimJson.Values(schema, "attributes"));
        foreach (var name in names)
            Compare(attributes.Find(a => HasWord(a, "name", name, "")), urn + ":" + name, deviations, errors);
        return true;
    }

    // The defaults describe a single, writable string that is returned (RFC 7643 section 2.2).
    private static void Compare(JsonElement attribute, string name, List<Message> deviations, ScimErrors errors)
    {
        if (attribute.ValueKind != JsonValueKind.Object)
        {
            deviations.Add(Texts.SchemaAttributeMissing(name));
            return;
        }

        if (!HasWord(attribute, "type", "string", "string"))
            deviations.Add(Texts.SchemaNotString(name, Stated(attribute, "type", errors)));
        if (ScimJson.Boolean(attribute, "multiValued") == true)
            deviations.Add(Texts.SchemaMultiValued(name));
        if (!HasWord(attribute, "mutability", "readWrite", "readWrite"))
            deviations.Add(Texts.SchemaNotWritable(name, Stated(attribute, "mutability", errors)));
        if (!HasWord(attribute, "returned", "default", "default") && !HasWord(attribute, "returned", "always", "default"))
            deviations.Add(Texts.SchemaNotReturned(name, Stated(attribute, "returned", errors)));
    }

    private static bool HasWord(JsonElement owner, string attribute, string wanted, string otherwise) =>
        ScimJson.SameWord(ScimJson.Text(owner, attribute) ?? otherwise, wanted);

    private static string Stated(JsonElement attribute, string characteristic, ScimErrors errors) => errors.Clean(ScimJson.Text(attribute, characteristic) ?? "");
}

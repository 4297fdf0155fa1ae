using System.Collections.Generic;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>The server's description of itself at <c>/ServiceProviderConfig</c> and <c>/ResourceTypes</c> (RFC 7643 sections 5 and 6).</summary>
internal sealed class ServerDescription
{
    private ServerDescription(AccountCapabilities capabilities, int? largestPage)
    {
        Capabilities = capabilities;
        LargestPage = largestPage;
    }

    /// <summary>The capabilities of the server.</summary>
    public AccountCapabilities Capabilities { get; }

    /// <summary>The maximum number of resources in a page; null if unknown.</summary>
    public int? LargestPage { get; }

    /// <summary>Reads the description from the server.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="ConnectorException">
    /// <see cref="ErrorId.AccountServerNotScim"/>, <see cref="ErrorId.AccountServerWithoutPatch"/>, and all errors of a read.
    /// </exception>
    public static async Task<ServerDescription> ReadAsync(ScimChannel channel, CancellationToken cancellationToken)
    {
        using var config = await ReadConfigAsync(channel, cancellationToken).ConfigureAwait(false);
        var isAssumed = config is null;
        var filter = config is null ? null : ScimJson.Find(config.RootElement, "filter");
        var largestPage = filter is { } f && ScimJson.Integer(f, "maxResults") is > 0 and var max ? max : (int?)null;
        var offersFilter = isAssumed || (filter is { } supported && ScimJson.Boolean(supported, "supported") == true);

        var response = await channel.SendRepeatableAsync(HttpMethod.Get, "ResourceTypes", null, cancellationToken).ConfigureAwait(false);
        // A server that does not describe its resource types offers only the core ones.
        if ((response.Status is 404 or 501 && !response.IsHtml) || (isAssumed && DescribesNothing(response.Status)))
            return new ServerDescription(new AccountCapabilities { Groups = true, Filter = offersFilter, IsAssumed = isAssumed }, largestPage);
        if (!response.IsSuccess)
            throw new ConnectorException(channel.Errors.FromRead(response));

        using var types = response.TryParse() ?? throw new ConnectorException(NotScim(channel, response));
        var described = new List<JsonElement>(TypesOf(types.RootElement, channel));
        if (Choose(described, ScimSchemas.User, "User", "/Users") is not { } users)
            throw new ConnectorException(channel.Errors.NotScim(Texts.ScimNoUsers));
        var group = Choose(described, ScimSchemas.Group, "Group", "/Groups");
        return new ServerDescription(
            new AccountCapabilities
            {
                Filter = offersFilter,
                IsAssumed = isAssumed,
                UserExtension = HasExtension(users, ScimSchemas.UserExtension),
                Groups = group is not null,
                GroupExtension = group is { } groups && HasExtension(groups, ScimSchemas.GroupExtension),
            },
            largestPage);
    }

    // A server without /ServiceProviderConfig need not have /ResourceTypes: any refusal means that it has none.
    private static bool DescribesNothing(int status) => status is 501 or (>= 400 and < 500 and not (401 or 408 or 429));

    // Null if there is no description, but the server is a SCIM server.
    private static async Task<JsonDocument?> ReadConfigAsync(ScimChannel channel, CancellationToken cancellationToken)
    {
        var response = await channel.SendRepeatableAsync(HttpMethod.Get, "ServiceProviderConfig", null, cancellationToken).ConfigureAwait(false);
        if (response.Status is 404 or 501)
        {
            await ProbeAsync(channel, cancellationToken).ConfigureAwait(false);
            return null;
        }

        if (!response.IsSuccess)
            throw new ConnectorException(channel.Errors.FromRead(response));
        var config = response.TryParse() ?? throw new ConnectorException(NotScim(channel, response));
        if (!ScimJson.HasSchema(config.RootElement, ScimSchemas.ServiceProviderConfig))
        {
            config.Dispose();
            throw new ConnectorException(channel.Errors.NotScim(Texts.ScimSchemaMissing(ScimSchemas.ServiceProviderConfig, "/ServiceProviderConfig")));
        }

        if (ScimJson.Find(config.RootElement, "patch") is not { } patch || ScimJson.Boolean(patch, "supported") != true)
        {
            config.Dispose();
            throw new ConnectorException(Problems.AccountServerWithoutPatch(channel.Errors.Server).About(channel.Errors.Server));
        }

        return config;
    }

    // A server that lists users as SCIM is a SCIM server, whatever its other addresses return.
    private static async Task ProbeAsync(ScimChannel channel, CancellationToken cancellationToken)
    {
        var response = await channel.SendRepeatableAsync(HttpMethod.Get, "Users?count=1", null, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccess)
            throw new ConnectorException(channel.Errors.FromRead(response));
        using var users = response.TryParse() ?? throw new ConnectorException(NotScim(channel, response));
        if (!ScimJson.HasSchema(users.RootElement, ScimSchemas.ListResponse))
            throw new ConnectorException(channel.Errors.NotScim(Texts.ScimSchemaMissing(ScimSchemas.ListResponse, "/Users")));
    }

    // RFC 7644 section 4 requires a ListResponse, but several servers send a bare array.
    private static IEnumerable<JsonElement> TypesOf(JsonElement root, ScimChannel channel)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root.EnumerateArray();
        if (ScimJson.HasSchema(root, ScimSchemas.ListResponse))
            return ScimJson.Values(root, "Resources");
        throw new ConnectorException(channel.Errors.NotScim(Texts.ScimSchemaMissing(ScimSchemas.ListResponse, "/ResourceTypes")));
    }

    // The core schema decides. Some servers list an extension as the schema of their users (Microsoft's reference code for SCIM lists the enterprise
    // extension), so if no type has the core schema, the name and the endpoint decide.
    private static JsonElement? Choose(List<JsonElement> types, string schema, string name, string endpoint)
    {
        foreach (var type in types)
        {
            if (HasWord(type, "schema", schema))
                return type;
        }

        foreach (var type in types)
        {
            if (HasWord(type, "name", name) && (ScimJson.Text(type, "schema") is null || HasWord(type, "endpoint", endpoint)))
                return type;
        }

        return null;
    }

    private static bool HasWord(JsonElement type, string attribute, string value) => ScimJson.SameWord(ScimJson.Text(type, attribute), value);

    private static bool HasExtension(JsonElement type, string schema)
    {
        foreach (var extension in ScimJson.Values(type, "schemaExtensions"))
        {
            if (HasWord(extension, "schema", schema))
                return true;
        }

        return false;
    }

    private static Problem NotScim(ScimChannel channel, ScimResponse response) =>
        channel.Errors.NotScim(Texts.ScimNotJson(channel.Errors.Clean(response.MediaType ?? (response.IsHtml ? "HTML" : "?"))));
}

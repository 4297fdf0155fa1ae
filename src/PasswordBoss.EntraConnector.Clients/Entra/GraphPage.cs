using System;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
#if NET8_0_OR_GREATER
using System.Buffers;
#endif

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>The parts that every page of a list must have to be usable (https://learn.microsoft.com/graph/paging).</summary>
internal static class GraphPage
{
#if NET8_0_OR_GREATER
    // RFC 3986 section 2, without the number sign, which would begin a fragment.
    private static readonly SearchValues<char> AddressCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?[]@!$&'()*+,;=%");
#endif

    /// <summary>The link to the next page.</summary>
    public const string NextLink = "@odata.nextLink";

    /// <summary>The list of a page; empty if its objects were processed while it arrived.</summary>
    /// <param name="response">The response.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the page has no list.</exception>
    public static JsonElement Values(GraphResponse response) => response.TryGet("value", out var value) && value.ValueKind == JsonValueKind.Array
        ? value
        : throw new ConnectorException(GraphErrors.Invalid(Texts.GraphPageWithoutValue));

    /// <summary>The object id of a user, a group or another member: a GUID (https://learn.microsoft.com/graph/api/resources/directoryobject).</summary>
    /// <param name="item">An element of a list.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the element is not an object, or has no such id.</exception>
    public static string ObjectIdOf(JsonElement item) => RequireObjectId(IdOf(item));

    /// <summary>Returns the id if it is a GUID.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the id is not a GUID.</exception>
    public static string RequireObjectId(string? id) => id is { Length: 36 } && Guid.TryParseExact(id, "D", out _)
        ? id
        : throw new ConnectorException(GraphErrors.Invalid(Texts.GraphIdUnusable(ServerText.Clean(id ?? ""))));

    /// <summary>The id of an object.</summary>
    /// <param name="item">An element of a list.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the element is not an object, or has no readable id.</exception>
    public static string IdOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && GraphResponse.Text(item, "id") is { Length: > 0 } id && id.IndexOf(JsonStrings.Unreadable, StringComparison.Ordinal) < 0
            ? id
            : throw new ConnectorException(GraphErrors.Invalid(Texts.GraphObjectWithoutId));

    /// <summary>A link of a page; null if the page has none with this name.</summary>
    /// <param name="response">The response.</param>
    /// <param name="name">The name of the link.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the link is not an address.</exception>
    public static string? Link(GraphResponse response, string name)
    {
        if (!response.TryGet(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        var link = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return Uri.TryCreate(link, UriKind.Absolute, out var address) && address.Scheme is "https" or "http"
            ? link
            : throw new ConnectorException(GraphErrors.Invalid(Texts.GraphLinkUnusable(ServerText.Clean(link))));
    }
    /// <summary>
    /// The address of a link, character for character, because links are opaque. By default the platform unescapes characters that need no escape. A server that
    /// follows RFC 3986 section 6.2.2.2 sees no difference, but one that compares texts does. On .NET Framework there is no alternative.
    /// </summary>
    /// <param name="link">A link from Graph.</param>
    public static Uri AddressOf(string link)
    {
#if NET8_0_OR_GREATER
        // Characters that are not allowed in an address would be sent unescaped too, so such a link is left to the platform.
        if (!link.AsSpan().ContainsAnyExcept(AddressCharacters))
            return new Uri(link, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
#endif
        return new Uri(link);
    }
}

using System;
using System.Globalization;
using System.Net;
using PasswordBoss.EntraConnector.Sandbox.Http;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>An error in the format of RFC 7644 section 3.12.</summary>
internal sealed class ScimException : Exception
{
    private const string ErrorSchema = "urn:ietf:params:scim:api:messages:2.0:Error";
    private readonly HttpStatusCode status;
    private readonly string? scimType;

    public ScimException(HttpStatusCode status, string? scimType, string detail)
        : base(detail)
    {
        this.status = status;
        this.scimType = scimType;
    }

    public static ScimException InvalidSyntax(string detail) => new(HttpStatusCode.BadRequest, "invalidSyntax", detail);

    public static ScimException InvalidPath(string path) => new(HttpStatusCode.BadRequest, "invalidPath", "The path '" + path + "' is not one of this resource type.");

    public static ScimException InvalidValue(string detail) => new(HttpStatusCode.BadRequest, "invalidValue", detail);

    public static ScimException InvalidFilter(string detail) => new(HttpStatusCode.BadRequest, "invalidFilter", detail);

    public static ScimException NoTarget(string detail) => new(HttpStatusCode.BadRequest, "noTarget", detail);

    public static ScimException Mutability(string attribute) => new(HttpStatusCode.BadRequest, "mutability", "The attribute '" + attribute + "' cannot be changed.");

    public static ScimException Uniqueness(string detail) => new(HttpStatusCode.Conflict, "uniqueness", detail);

    public static ScimException NotFound(string id) => new(HttpStatusCode.NotFound, null, "Resource " + id + " not found.");

    public SandboxResponse ToResponse()
    {
        var response = SandboxResponse.Json(this.status, ScimEndpoint.ContentType, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("schemas");
            writer.WriteStringValue(ErrorSchema);
            writer.WriteEndArray();
            if (this.scimType is not null)
                writer.WriteString("scimType", this.scimType);
            writer.WriteString("detail", Message);
            writer.WriteString("status", ((int)this.status).ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        });
        return response;
    }
}

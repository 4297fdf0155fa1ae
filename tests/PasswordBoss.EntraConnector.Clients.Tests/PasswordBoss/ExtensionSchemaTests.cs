using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>The declaration of the extension in <c>/Schemas</c>.</summary>
public sealed class ExtensionSchemaTests : ScimTestBase
{
    private const string State = """{"name":"accountState","type":"string","multiValued":false,"mutability":"readWrite","returned":"default"}""";
    private const string Manager = """{"name":"managedBy","type":"string","multiValued":false,"mutability":"readWrite","returned":"always"}""";

    [Theory]
    [InlineData(State, Manager, "")]
    [InlineData("""{"name":"ACCOUNTSTATE"}""", """{"name":"managedBy"}""", "")]
    [InlineData(State, null, "Schema_AttributeMissing")]
    [InlineData("""{"name":"accountState","type":"boolean"}""", Manager, "Schema_NotString")]
    [InlineData("""{"name":"accountState","multiValued":true}""", Manager, "Schema_MultiValued")]
    [InlineData("""{"name":"accountState","mutability":"readOnly"}""", Manager, "Schema_NotWritable")]
    [InlineData(State, """{"name":"managedBy","mutability":"immutable","returned":"request"}""", "Schema_NotWritable,Schema_NotReturned")]
    public async Task Deviations_of_the_schema_are_reported(string state, string? manager, string expected)
    {
        Server.Schemas = List(Schema(ScimServer.UserExtension, state, manager), Schema(ScimServer.GroupExtension, Manager));

        var description = await Directory.DescribeExtensionAsync(CancellationToken.None);

        Assert.True(description.IsDescribed);
        Assert.Equal(expected, string.Join(",", description.Deviations.Select(d => d.Id)));
    }

    [Fact]
    public async Task The_group_extension_is_compared()
    {
        Server.Schemas = new JsonArray(Schema(ScimServer.UserExtension, State, Manager), Schema(ScimServer.GroupExtension, """{"name":"managedBy","mutability":"readOnly"}"""));

        var deviation = Assert.Single((await Directory.DescribeExtensionAsync(CancellationToken.None)).Deviations);

        Assert.Contains(ScimServer.GroupExtension + ":managedBy", deviation.Render(), System.StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_need_not_describe_the_extension(bool hasSchemas)
    {
        Server.Schemas = hasSchemas ? List(Schema(ScimServer.UserSchema, """{"name":"userName"}""")) : null;

        var description = await Directory.DescribeExtensionAsync(CancellationToken.None);

        Assert.False(description.IsDescribed);
        Assert.Empty(description.Deviations);
    }

    [Fact]
    public async Task The_schemas_are_not_read_without_the_extension()
    {
        Server.OffersExtension = false;
        Assert.False((await Directory.DescribeExtensionAsync(CancellationToken.None)).IsDescribed);
        Assert.DoesNotContain(Server.Http.Requests, r => r.Path.EndsWith("/Schemas", System.StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(403, ErrorId.AccountServerForbidden)]
    [InlineData(500, ErrorId.AccountServerFailed)]
    public async Task Unreadable_schemas_are_an_error(int status, ErrorId expected)
    {
        Next("GET", "/Schemas", c => ScimServer.ErrorAsync(c, status));
        await FailsAsync(expected, () => Directory.DescribeExtensionAsync(CancellationToken.None));
    }

    private static JsonObject List(params JsonNode[] schemas) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:ListResponse"),
        ["totalResults"] = schemas.Length,
        ["Resources"] = new JsonArray(schemas),
    };

    private static JsonObject Schema(string id, params string?[] attributes) => new()
    {
        ["id"] = id,
        ["attributes"] = new JsonArray([.. attributes.Where(a => a is not null).Select(a => JsonNode.Parse(a!))]),
    };
}

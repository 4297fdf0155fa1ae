using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>Every attribute with every kind of invalid value. Each read returns a result or an error of the catalogue.</summary>
[Trait("Speed", "Slow")]
public sealed class ScimOddValueTests : ScimTestBase
{
    private static readonly string[] OddValues =
    [
        "null", "true", "0", "-7", "7.5", "1e400", "-0", "99999999999999999999", "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\u202e\\u001b[31m\"", "\"..\"", "\"a/b?c#d%\"",
        "[]", "[null]", "[[]]", "[7]", "{}", "{\"value\":null}", "{\"value\":{}}", "[{\"value\":7},{\"value\":[]},{}]",
    ];

    private static readonly JsonNode User = Json("{\"schemas\":[\"" + ScimServer.UserSchema + "\"],\"id\":\"u1\",\"userName\":\"ann@contoso.com\",\"externalId\":\"aaaa-1\",\"name\":{\"givenName\":\"Ann\",\"familyName\":\"Ng\"},"
        + "\"displayName\":\"Ann Ng\",\"active\":true,\"" + ScimServer.UserExtension + "\":{\"accountState\":\"active\",\"managedBy\":\"AzureAD\"}}");

    private static readonly JsonNode Group = Json("{\"id\":\"g1\",\"displayName\":\"Sales\",\"externalId\":\"e1\",\"members\":[{\"value\":\"u1\",\"type\":\"User\"}],\"" + ScimServer.GroupExtension + "\":{\"managedBy\":\"AzureAD\"}}");

    [Fact]
    public Task Odd_values_of_an_account_are_handled() => TryAllAsync("/Users/u1", User, 200, static d => d.GetAccountAsync("u1", default));

    [Fact]
    public Task Odd_values_of_a_created_account_are_handled() => TryAllAsync("/Users", User, 201, static d => d.CreateAccountAsync(Draft(), default));

    [Fact]
    public Task Odd_values_of_a_changed_account_are_handled() => TryAllAsync("/Users/u1", User, 200, static d => d.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x" }, default));

    [Fact]
    public Task Odd_values_of_a_list_are_handled() => TryAllAsync("/Users", ListOf(User), 200, static d => d.ListAccountsAsync(null, default));

    [Fact]
    public Task Odd_values_of_a_search_are_handled() => TryAllAsync("/Users", ListOf(User), 200, static d => d.FindByExternalIdAsync("aaaa-1", default));

    [Fact]
    public Task Odd_values_of_a_group_are_handled() => TryAllAsync("/Groups/g1", Group, 200, static d => d.GetGroupAsync("g1", default));

    [Fact]
    public Task Odd_values_of_a_group_list_are_handled() => TryAllAsync("/Groups", ListOf(Group), 200, static d => d.ListGroupsAsync(default));

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(501)]
    public Task Odd_values_of_an_error_are_handled(int status) => TryAllAsync(
        "/Users/u1", Json("{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"status\":\"400\",\"scimType\":\"invalidValue\",\"detail\":\"broken\"}"), status,
        static d => d.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x", GivenName = "y" }, default));

    [Fact]
    public Task Odd_values_of_the_service_configuration_are_handled() => TryAllAsync(
        "/ServiceProviderConfig", Json("{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig\"],\"patch\":{\"supported\":true},\"filter\":{\"supported\":true,\"maxResults\":200}}"), 200,
        static d => d.DiscoverAsync(default));

    [Fact]
    public Task Odd_values_of_the_resource_types_are_handled() => TryAllAsync(
        "/ResourceTypes",
        ListOf(Json("{\"name\":\"User\",\"endpoint\":\"/Users\",\"schema\":\"" + ScimServer.UserSchema + "\",\"schemaExtensions\":[{\"schema\":\"" + ScimServer.UserExtension + "\",\"required\":false}]}")),
        200,
        static d => d.DiscoverAsync(default));

    private static JsonObject ListOf(JsonNode resource) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:ListResponse"),
        ["totalResults"] = 1,
        ["startIndex"] = 1,
        ["itemsPerPage"] = 1,
        ["Resources"] = new JsonArray(resource.DeepClone()),
    };

    private async Task TryAllAsync(string pathEnd, JsonNode whole, int status, Func<Clients.PasswordBoss.ScimAccountDirectory, Task> read)
    {
        var body = "";
        Server.Intercept = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith(pathEnd, StringComparison.Ordinal))
                return false;
            await LoopbackServer.JsonAsync(context, body, status, "application/scim+json");
            return true;
        };
        var tried = 0;
        foreach (var odd in Variants(whole).Concat(OddValues))
        {
            body = odd;
            using var directory = Open(Server.Address);
            try
            {
                await read(directory);
            }
            catch (ConnectorException e)
            {
                Assert.False(e.Id == ErrorId.InternalError, odd);
                Assert.NotEmpty(e.Message);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail(odd + Environment.NewLine + e);
            }

            tried++;
        }

        Assert.InRange(tried, 2 * OddValues.Length, 100 * OddValues.Length);
    }

    // The body with one value in it replaced.
    private static IEnumerable<string> Variants(JsonNode whole)
    {
        foreach (var path in PathsOf(whole, []))
        {
            var text = whole.DeepClone();
            var parent = path[..^1].Aggregate(text, static (node, step) => step is int i ? node[i]! : node[(string)step]!);
            if (path[^1] is int place)
                parent[place] = "ODD";
            else
                parent[(string)path[^1]] = "ODD";
            foreach (var odd in OddValues)
                yield return text.ToJsonString().Replace("\"ODD\"", odd, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<object[]> PathsOf(JsonNode? node, object[] path)
    {
        IEnumerable<(object Step, JsonNode? Node)> children = node switch
        {
            JsonObject o => o.Select(p => ((object)p.Key, p.Value)),
            JsonArray a => a.Select((n, i) => ((object)i, n)),
            _ => [],
        };
        foreach (var (step, child) in children)
        {
            object[] deeper = [.. path, step];
            yield return deeper;
            foreach (var further in PathsOf(child, deeper))
                yield return further;
        }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Sandbox.Tests;

public sealed class ScimTests
{
    private const string Urn = "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User";
    private const string GroupUrn = "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:Group";
    private readonly SandboxState state = SandboxState.InMemory();
    private readonly SandboxPasswordBoss boss;

    public ScimTests() => boss = new SandboxPasswordBoss(state);

    [Fact]
    public async Task A_request_without_the_token_gets_401_with_a_challenge()
    {
        using var client = new SandboxClient(state);
        var without = await client.ScimAsync("GET", "/Users", token: null);
        Assert.Equal((401, null), (without.Status, without.ScimType));
        Assert.Equal("Bearer realm=\"Password Boss\"", without.Header("WWW-Authenticate"));
        var wrong = await client.ScimAsync("GET", "/Users", token: "wrong");
        Assert.Equal((401, null), (wrong.Status, wrong.ScimType));
        Assert.Contains("error=\"invalid_token\"", wrong.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discovery_returns_the_supported_features()
    {
        using var client = new SandboxClient(state);
        var config = (await client.ScimAsync("GET", "/ServiceProviderConfig")).Json;
        Assert.True(config["patch"]!["supported"]!.GetValue<bool>());
        Assert.False(config["bulk"]!["supported"]!.GetValue<bool>());
        Assert.Equal(200, config["filter"]!["maxResults"]!.GetValue<int>());
        var types = (await client.ScimAsync("GET", "/ResourceTypes")).Json["Resources"]!.AsArray();
        Assert.Equal(new[] { Urn, GroupUrn }, types.Select(t => t!["schemaExtensions"]![0]!["schema"]!.GetValue<string>()));
        Assert.Equal(4, (await client.ScimAsync("GET", "/Schemas")).Json["totalResults"]!.GetValue<int>());
        Assert.Equal("accountState", (await client.ScimAsync("GET", "/Schemas/" + Urn)).Json["attributes"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(404, (await client.ScimAsync("GET", "/Schemas/urn:x")).Status);
        Assert.Equal(403, (await client.ScimAsync("GET", "/Schemas?filter=id%20eq%20%22x%22")).Status);
        Assert.Equal(405, (await client.ScimAsync("POST", "/ServiceProviderConfig", "{}")).Status);
        Assert.Equal(501, (await client.ScimAsync("POST", "/Bulk", "{}")).Status);
    }

    [Fact]
    public async Task A_plain_server_has_no_extension_and_refuses_its_attributes()
    {
        using var client = new SandboxClient(state);
        boss.OfferExtension(false);
        var types = (await client.ScimAsync("GET", "/ResourceTypes")).Json["Resources"]!.AsArray();
        Assert.All(types, t => Assert.Null(t!["schemaExtensions"]));
        Assert.Equal("invalidSyntax", (await client.ScimAsync("POST", "/Users", SandboxClient.UserBody("a@b.example", "\"accountState\":\"pending\""))).ScimType);
        var made = await client.ScimAsync("POST", "/Users", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@b.example","name":{"givenName":"A","familyName":"B"}}""");
        Assert.Equal(201, made.Status);
        Assert.False(made.Json.ContainsKey(Urn));
        var id = made.Json["id"]!.GetValue<string>();
        Assert.Equal("invalidPath", (await client.PatchAsync("/Users/" + id, $$"""{"op":"replace","path":"{{Urn}}:accountState","value":"disabled"}""")).ScimType);
        Assert.False((await client.PatchAsync("/Users/" + id, """{"op":"replace","path":"active","value":false}""")).Json["active"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_creation_returns_the_stored_account()
    {
        using var client = new SandboxClient(state);
        var made = await client.ScimAsync("POST", "/Users", SandboxClient.UserBody("Ann@Fjordlight.example", "\"accountState\":\"pending\",\"managedBy\":\"AzureAD\"", "E-1"));
        Assert.Equal((201, "application/scim+json"), (made.Status, made.MediaType));
        var id = made.Json["id"]!.GetValue<string>();
        Assert.Equal($"{SandboxClient.Scim}/Users/{id}", made.Header("Location"));
        Assert.Equal(made.Header("Location"), made.Json["meta"]!["location"]!.GetValue<string>());
        Assert.Equal("Ann@Fjordlight.example", made.Json["userName"]!.GetValue<string>());
        Assert.Equal("E-1", made.Json["externalId"]!.GetValue<string>());
        Assert.False(made.Json["active"]!.GetValue<bool>());
        Assert.Equal("""{"accountState":"pending","managedBy":"AzureAD"}""", made.Json[Urn]!.ToJsonString());
        Assert.Equal(2, made.Json["schemas"]!.AsArray().Count);
        Assert.Equal(made.Body, (await client.ScimAsync("GET", "/Users/" + id)).Body);
        var duplicate = await client.ScimAsync("POST", "/Users", SandboxClient.UserBody("ann@fjordlight.EXAMPLE"));
        Assert.Equal((409, "uniqueness"), (duplicate.Status, duplicate.ScimType));
    }

    public static TheoryData<string, string, int> BadCreations => new()
    {
        { "{", "invalidSyntax", 400 },
        { "[]", "invalidSyntax", 400 },
        { """{"userName":"a@b.example"}""", "invalidSyntax", 400 },
        { """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"userName":"a@b.example"}""", "invalidSyntax", 400 },
        { """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:other"],"userName":"a@b.example"}""", "invalidSyntax", 400 },
        { """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@b.example","shoeSize":42}""", "invalidSyntax", 400 },
        // The attributes of the extension are used, but `schemas` does not list it.
        { """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@b.example","name":{"givenName":"A","familyName":"B"},"urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User":{"accountState":"active"}}""", "invalidSyntax", 400 },
        { """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"name":{"givenName":"A","familyName":"B"}}""", "invalidValue", 400 },
        { """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@b.example","name":{"givenName":"A"}}""", "invalidValue", 400 },
        { """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@localhost","name":{"givenName":"A","familyName":"B"}}""", "invalidValue", 400 },
        { """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":17,"name":{"givenName":"A","familyName":"B"}}""", "invalidValue", 400 },
        { SandboxClient.UserBody("a@b.example", more: ",\"active\":\"True\""), "invalidValue", 400 },
        { SandboxClient.UserBody("a@b.example", "\"accountState\":\"creating\""), "invalidValue", 400 },
        { SandboxClient.UserBody("a@b.example", "\"accountState\":\"personal\""), "invalidValue", 400 },
        { SandboxClient.UserBody("a@b.example", "\"accountState\":\"Active\""), "invalidValue", 400 },
        { SandboxClient.UserBody("a@b.example", "\"accountState\":\"pending\"", more: ",\"active\":true"), "invalidValue", 400 },
        { SandboxClient.UserBody("a@b.example", "\"accountState\":\"active\"", more: ",\"active\":false"), "invalidValue", 400 },
        { SandboxClient.UserBody("a@b.example", "\"managedBy\":\"Okta\""), "invalidValue", 400 },
    };

    [Theory]
    [MemberData(nameof(BadCreations))]
    public async Task An_invalid_creation_is_refused_and_creates_nothing(string body, string scimType, int status)
    {
        using var client = new SandboxClient(state);
        var answer = await client.ScimAsync("POST", "/Users", body);
        Assert.Equal((status, scimType), (answer.Status, answer.ScimType));
        Assert.Empty(boss.Accounts);
    }

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("application/xml", 415)]
    [InlineData("application/json", 201)]
    public async Task The_media_type_is_checked(string mediaType, int status)
    {
        using var client = new SandboxClient(state);
        Assert.Equal(status, (await client.ScimAsync("POST", "/Users", SandboxClient.UserBody("a@b.example"), mediaType)).Status);
        Assert.Equal(406, (await client.ScimAsync("GET", "/Users", accept: "text/html")).Status);
        Assert.Equal(200, (await client.ScimAsync("GET", "/Users", accept: "application/scim+json, text/html;q=0.5")).Status);
    }

    [Fact]
    public async Task Lists_are_paged_by_a_one_based_index_with_at_most_200_per_page()
    {
        using var client = new SandboxClient(state);
        for (var i = 0; i < 205; i++)
            await client.CreateUserAsync($"p{i}@b.example");
        var first = (await client.ScimAsync("GET", "/Users?count=1000")).Json;
        Assert.Equal((205, 200, 1), (first["totalResults"]!.GetValue<int>(), first["itemsPerPage"]!.GetValue<int>(), first["startIndex"]!.GetValue<int>()));
        var second = (await client.ScimAsync("GET", "/Users?startIndex=201&count=1000")).Json;
        Assert.Equal(5, second["Resources"]!.AsArray().Count);
        var names = first["Resources"]!.AsArray().Concat(second["Resources"]!.AsArray()).Select(r => r!["userName"]!.GetValue<string>());
        Assert.Equal(205, names.Distinct().Count());
        Assert.Equal(10, (await client.ScimAsync("GET", "/Users?startIndex=0&count=10")).Json["Resources"]!.AsArray().Count);
        var none = (await client.ScimAsync("GET", "/Users?count=0")).Json;
        Assert.Equal((205, 0), (none["totalResults"]!.GetValue<int>(), none["itemsPerPage"]!.GetValue<int>()));
        Assert.Equal(0, (await client.ScimAsync("GET", "/Users?count=-3")).Json["itemsPerPage"]!.GetValue<int>());
        Assert.Equal(0, (await client.ScimAsync("GET", "/Users?startIndex=999")).Json["itemsPerPage"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("userName eq \"ANN@fjordlight.example\"", 1)]
    [InlineData("USERNAME EQ \"ann@fjordlight.example\"", 1)]
    [InlineData("externalId eq \"E-1\"", 1)]
    [InlineData("externalId eq \"e-1\"", 0)]
    [InlineData("externalId eq \"E-1\" and userName eq \"ann@fjordlight.example\"", 1)]
    [InlineData("externalId eq \"E-1\" and userName eq \"bob@fjordlight.example\"", 0)]
    [InlineData("displayName eq \"Ann Lee\"", 2)]
    [InlineData("name.familyName eq \"lee\"", 2)]
    [InlineData("active eq true", 1)]
    [InlineData("emails.value eq \"ann@fjordlight.example\"", 1)]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ann@fjordlight.example\"", 1)]
    [InlineData(Urn + ":accountState eq \"pending\"", 1)]
    [InlineData("(userName eq \"ann@fjordlight.example\" or userName eq \"bob@fjordlight.example\") and active eq false", 1)]
    public async Task Filters_work_with_and_without_an_index(string filter, int found)
    {
        using var client = new SandboxClient(state);
        await client.CreateUserAsync("ann@fjordlight.example", externalId: "E-1");
        await client.CreateUserAsync("bob@fjordlight.example", "pending", "E-2");
        Assert.Equal(found, (await client.ScimAsync("GET", "/Users?filter=" + Uri.EscapeDataString(filter))).Json["totalResults"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("/Users?filter=userName%20co%20%22a%22", "invalidFilter")]
    [InlineData("/Users?filter=userName%20pr", "invalidFilter")]
    [InlineData("/Users?filter=shoeSize%20eq%20%221%22", "invalidFilter")]
    [InlineData("/Users?filter=userName%20eq%20a", "invalidFilter")]
    [InlineData("/Users?filter=userName%20eq%20%22a", "invalidFilter")]
    [InlineData("/Users?filter=active%20eq%20%22true%22", "invalidFilter")]
    [InlineData("/Users?filter=userName", "invalidFilter")]
    [InlineData("/Users?count=many", "invalidValue")]
    [InlineData("/Users?sortBy=userName", "invalidValue")]
    [InlineData("/Users?attributes=userName&excludedAttributes=name", "invalidValue")]
    [InlineData("/Users?attributes=shoeSize", "invalidPath")]
    public async Task An_invalid_list_request_is_refused(string path, string scimType)
    {
        using var client = new SandboxClient(state);
        await client.CreateUserAsync();
        var answer = await client.ScimAsync("GET", path);
        Assert.Equal((400, scimType), (answer.Status, answer.ScimType));
    }

    [Fact]
    public async Task Attributes_can_be_selected()
    {
        using var client = new SandboxClient(state);
        var id = await client.CreateUserAsync();
        var chosen = (await client.ScimAsync("GET", $"/Users/{id}?attributes=userName,name.givenName,{Urn}:accountState")).Json;
        Assert.Equal(new[] { "id", "name", "schemas", Urn, "userName" }, chosen.Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal("""{"givenName":"Ann"}""", chosen["name"]!.ToJsonString());
        Assert.Equal("""{"accountState":"active"}""", chosen[Urn]!.ToJsonString());
        var rest = (await client.ScimAsync("GET", $"/Users/{id}?excludedAttributes=emails,name.formatted,id")).Json;
        Assert.False(rest.ContainsKey("emails"));
        Assert.True(rest.ContainsKey("id"));
        Assert.Equal("""{"familyName":"Lee","givenName":"Ann"}""", rest["name"]!.ToJsonString());
    }

    /// <summary>Start state, operations, and end state or refusal.</summary>
    public static TheoryData<string, string, string> Patches => new()
    {
        // accountState is authoritative.
        { "active", Path("disabled"), "disabled" },
        { "pending", Path("active"), "active" },
        { "disabled", Path("active"), "active" },
        { "disabled", Path("pending"), "pending" },
        { "active", Path("personal"), "personal" },
        { "active", Path("active"), "active" },
        { "active", $$$"""{"op":"replace","path":"{{{Urn}}}","value":{"accountState":"disabled"}}""", "disabled" },
        { "active", $$$$"""{"op":"add","value":{"{{{{Urn}}}}":{"accountState":"disabled"}}}""", "disabled" },
        { "active", $$$"""{"op":"replace","value":{"{{{Urn}}}:accountState":"disabled","displayName":"X"}}""", "disabled" },
        { "active", Path("creating"), "invalidValue" },
        { "active", Path("Disabled"), "invalidValue" },
        { "active", $$"""{"op":"remove","path":"{{Urn}}:accountState"}""", "invalidValue" },
        // active: false means disabled, true is accepted only from disabled.
        { "active", Active("false"), "disabled" },
        { "pending", Active("false"), "disabled" },
        { "disabled", Active("false"), "disabled" },
        { "disabled", Active("true"), "active" },
        { "active", Active("true"), "active" },
        { "pending", Active("true"), "invalidValue" },
        { "active", Active("\"False\""), "invalidValue" },
        { "active", Active("\"false\""), "invalidValue" },
        { "active", Active("null"), "invalidValue" },
        { "active", """{"op":"remove","path":"active"}""", "invalidValue" },
        { "active", """{"op":"replace","value":{"active":false}}""", "disabled" },
        // Both attributes: they must agree.
        { "active", Path("disabled") + "," + Active("false"), "disabled" },
        { "disabled", Path("active") + "," + Active("true"), "active" },
        { "active", Path("disabled") + "," + Active("true"), "invalidValue" },
        { "active", Active("false") + "," + Path("active"), "invalidValue" },
        { "disabled", Path("pending") + "," + Active("true"), "invalidValue" },
        // The address cannot be changed.
        { "active", """{"op":"replace","path":"userName","value":"other@b.example"}""", "mutability" },
        { "active", """{"op":"replace","path":"userName","value":"ANN@fjordlight.example"}""", "active" },
        { "active", """{"op":"remove","path":"userName"}""", "mutability" },
        { "active", """{"op":"replace","path":"id","value":"x"}""", "mutability" },
        { "active", """{"op":"replace","path":"emails[type eq \"work\"].value","value":"x@b.example"}""", "mutability" },
        { "active", """{"op":"add","path":"groups","value":[{"value":"x"}]}""", "mutability" },
        { "active", """{"op":"remove","path":"name.givenName"}""", "mutability" },
        { "active", """{"op":"remove","path":"name"}""", "mutability" },
        { "active", """{"op":"replace","path":"name.formatted","value":"x"}""", "mutability" },
        // The form of the message.
        { "active", """{"op":"replace","path":"shoeSize","value":"x"}""", "invalidPath" },
        { "active", """{"op":"replace","path":"name.shoeSize","value":"x"}""", "invalidPath" },
        { "active", """{"op":"replace","path":"urn:other:accountState","value":"x"}""", "invalidPath" },
        { "active", """{"op":"replace","path":"userName[value eq \"x\"]","value":"x"}""", "invalidPath" },
        { "active", """{"op":"replace","path":"emails[type eq \"work\"","value":"x"}""", "invalidPath" },
        { "active", """{"op":"replace","path":"","value":"x"}""", "invalidPath" },
        { "active", """{"op":"replace","value":{"shoeSize":1}}""", "invalidPath" },
        { "active", """{"op":"replace","value":"x"}""", "invalidValue" },
        { "active", """{"op":"replace","path":"displayName","value":7}""", "invalidValue" },
        { "active", """{"op":"replace","path":"name","value":"x"}""", "invalidValue" },
        { "active", """{"op":"replace","path":"name.givenName","value":" "}""", "invalidValue" },
        { "active", """{"op":"Replace","path":"displayName","value":"x"}""", "invalidSyntax" },
        { "active", """{"op":"move","path":"displayName","value":"x"}""", "invalidSyntax" },
        { "active", """{"path":"displayName","value":"x"}""", "invalidSyntax" },
        { "active", """{"op":"replace","path":"displayName"}""", "invalidSyntax" },
        { "active", """{"op":"remove"}""", "noTarget" },
        { "active", "", "invalidSyntax" },
        { "active", "7", "invalidSyntax" },
    };

    [Theory]
    [MemberData(nameof(Patches))]
    public async Task A_patch_applies_all_operations_or_none(string from, string operations, string expected)
    {
        using var client = new SandboxClient(state);
        var id = await client.CreateUserAsync(state: from);
        var before = (await client.ScimAsync("GET", "/Users/" + id)).Body;
        // If a later operation fails, the earlier ones are undone.
        var answer = await client.PatchAsync("/Users/" + id, operations.Length == 0 ? "" : """{"op":"replace","path":"externalId","value":"E-9"},""" + operations);
        var after = await client.ScimAsync("GET", "/Users/" + id);
        if (expected is "active" or "pending" or "disabled" or "personal")
        {
            Assert.Equal(200, answer.Status);
            Assert.Equal(expected, after.Json[Urn]!["accountState"]!.GetValue<string>());
            Assert.Equal(expected == "active", after.Json["active"]!.GetValue<bool>());
            Assert.Equal("E-9", after.Json["externalId"]!.GetValue<string>());
            Assert.Equal(after.Body, answer.Body);
        }
        else
        {
            Assert.Equal((400, expected), (answer.Status, answer.ScimType));
            Assert.Equal(before, after.Body);
        }
    }

    [Fact]
    public async Task A_patch_changes_names_and_clears_optional_attributes()
    {
        using var client = new SandboxClient(state);
        var id = await client.CreateUserAsync(externalId: "E-1");
        var changed = await client.PatchAsync("/Users/" + id, """
            {"op":"replace","path":"name","value":{"givenName":"Anna"}},
            {"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:name.familyName","value":"O'Lee"},
            {"op":"remove","path":"displayName"},
            {"op":"replace","path":"externalId","value":null}
            """);
        Assert.Equal("""{"formatted":"Anna O'Lee","familyName":"O'Lee","givenName":"Anna"}""", changed.Json["name"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.False(changed.Json.ContainsKey("displayName"));
        Assert.False(changed.Json.ContainsKey("externalId"));
        Assert.Equal(0, (await client.ScimAsync("GET", "/Users?filter=externalId%20eq%20%22E-1%22")).Json["totalResults"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("""{"Operations":[{"op":"replace","path":"displayName","value":"x"}]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"Operations":[{"op":"replace","path":"displayName","value":"x"}]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":{}}""")]
    public async Task A_message_that_is_not_a_patch_is_refused(string body)
    {
        using var client = new SandboxClient(state);
        var id = await client.CreateUserAsync();
        var answer = await client.ScimAsync("PATCH", "/Users/" + id, body);
        Assert.Equal((400, "invalidSyntax"), (answer.Status, answer.ScimType));
        Assert.Equal(404, (await client.PatchAsync("/Users/unknown", Active("false"))).Status);
    }

    [Fact]
    public async Task A_PUT_replaces_the_account_and_keeps_a_state_that_is_not_given()
    {
        using var client = new SandboxClient(state);
        var id = await client.CreateUserAsync(state: "pending", externalId: "E-1");
        var body = """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"ignored","userName":"ann@fjordlight.example","name":{"givenName":"B","familyName":"C"}}""";
        var answer = await client.ScimAsync("PUT", "/Users/" + id, body);
        Assert.Equal(200, answer.Status);
        Assert.Equal(id, answer.Json["id"]!.GetValue<string>());
        Assert.False(answer.Json.ContainsKey("externalId"));
        Assert.Equal("pending", answer.Json[Urn]!["accountState"]!.GetValue<string>());
        Assert.Equal("mutability", (await client.ScimAsync("PUT", "/Users/" + id, body.Replace("ann@", "bob@", StringComparison.Ordinal))).ScimType);
        // The response of a GET can be sent as a PUT.
        var same = await client.ScimAsync("GET", "/Users/" + id);
        Assert.Equal(same.Body, (await client.ScimAsync("PUT", "/Users/" + id, same.Body)).Body);
    }

    [Fact]
    public async Task A_personal_account_is_readable_but_not_listed_and_keeps_its_address()
    {
        using var client = new SandboxClient(state);
        var id = await client.CreateUserAsync("ann@fjordlight.example", externalId: "E-1");
        var group = await CreateGroupAsync(client, "Finance", id);
        Assert.Equal(200, (await client.PatchAsync("/Users/" + id, Path("personal"))).Status);
        Assert.Equal(0, (await client.ScimAsync("GET", "/Users")).Json["totalResults"]!.GetValue<int>());
        Assert.Equal(0, (await client.ScimAsync("GET", "/Users?filter=userName%20eq%20%22ann@fjordlight.example%22")).Json["totalResults"]!.GetValue<int>());
        Assert.Equal(0, (await client.ScimAsync("GET", "/Users?filter=externalId%20eq%20%22E-1%22")).Json["totalResults"]!.GetValue<int>());
        Assert.Equal("personal", (await client.ScimAsync("GET", "/Users/" + id)).Json[Urn]!["accountState"]!.GetValue<string>());
        Assert.Equal("uniqueness", (await client.ScimAsync("POST", "/Users", SandboxClient.UserBody("ann@fjordlight.example"))).ScimType);
        Assert.False((await client.ScimAsync("GET", "/Groups/" + group)).Json.ContainsKey("members"));
        Assert.Equal("invalidValue", (await client.PatchAsync("/Groups/" + group, $$"""{"op":"add","path":"members","value":[{"value":"{{id}}"}]}""")).ScimType);
        Assert.Equal(403, (await client.PatchAsync("/Users/" + id, Path("active"))).Status);
        Assert.Equal(403, (await client.ScimAsync("DELETE", "/Users/" + id)).Status);
        // Sent again as after a lost response: nothing changes.
        Assert.Equal(200, (await client.PatchAsync("/Users/" + id, Path("personal"))).Status);
    }

    [Fact]
    public async Task A_deleted_account_is_gone_and_its_address_is_free()
    {
        using var client = new SandboxClient(state);
        var id = await client.CreateUserAsync();
        var group = await CreateGroupAsync(client, "Finance", id);
        Assert.Equal(204, (await client.ScimAsync("DELETE", "/Users/" + id)).Status);
        var again = await client.ScimAsync("DELETE", "/Users/" + id);
        Assert.Equal((404, null), (again.Status, again.ScimType));
        Assert.False((await client.ScimAsync("GET", "/Groups/" + group)).Json.ContainsKey("members"));
        Assert.NotEqual(id, await client.CreateUserAsync());
    }

    [Fact]
    public async Task A_full_licence_pool_refuses_only_active_accounts()
    {
        using var client = new SandboxClient(state);
        boss.SetLicensePool(1);
        var first = await client.CreateUserAsync("a@b.example");
        var refused = await client.ScimAsync("POST", "/Users", SandboxClient.UserBody("c@b.example"));
        Assert.Equal((403, "licenseLimit"), (refused.Status, refused.ScimType));
        var pending = await client.CreateUserAsync("c@b.example", "pending");
        Assert.Equal("licenseLimit", (await client.PatchAsync("/Users/" + pending, Path("active"))).ScimType);
        Assert.Equal(200, (await client.PatchAsync("/Users/" + first, """{"op":"replace","path":"displayName","value":"x"}""")).Status);
        Assert.Equal(200, (await client.PatchAsync("/Users/" + first, Path("disabled"))).Status);
        Assert.Equal(200, (await client.PatchAsync("/Users/" + pending, Path("active"))).Status);
        Assert.Equal("licenseLimit", (await client.PatchAsync("/Users/" + first, Active("true"))).ScimType);
    }

    [Fact]
    public async Task Group_names_are_unique_without_case()
    {
        using var client = new SandboxClient(state);
        var finance = await CreateGroupAsync(client, "Finance");
        var other = await CreateGroupAsync(client, "IT");
        var same = await client.ScimAsync("POST", "/Groups", GroupBody("FINANCE"));
        Assert.Equal((409, "uniqueness"), (same.Status, same.ScimType));
        var renamed = await client.PatchAsync("/Groups/" + other, """{"op":"replace","path":"displayName","value":"finance"}""");
        Assert.Equal((409, "uniqueness"), (renamed.Status, renamed.ScimType));
        Assert.Equal(204, (await client.PatchAsync("/Groups/" + finance, """{"op":"replace","path":"displayName","value":"FINANCE"}""")).Status);
        Assert.Equal(1, (await client.ScimAsync("GET", "/Groups?filter=displayName%20eq%20%22finance%22")).Json["totalResults"]!.GetValue<int>());
        Assert.Equal(204, (await client.ScimAsync("DELETE", "/Groups/" + finance)).Status);
        Assert.Equal(204, (await client.PatchAsync("/Groups/" + other, """{"op":"replace","path":"displayName","value":"finance"}""")).Status);
    }

    /// <summary>Operations on a group with the members a and b (c exists, x does not), and its members afterwards or the refusal.</summary>
    public static TheoryData<string, string> MemberPatches => new()
    {
        { """{"op":"add","path":"members","value":[{"value":"c"}]}""", "a b c" },
        { """{"op":"add","path":"members","value":{"value":"c","type":"User"}}""", "a b c" },
        { """{"op":"add","path":"members","value":[{"value":"a"},{"value":"c"},{"value":"c"}]}""", "a b c" },
        { """{"op":"add","value":{"members":[{"value":"c"}]}}""", "a b c" },
        { """{"op":"remove","path":"members[value eq \"a\"]"}""", "b" },
        { """{"op":"remove","path":"urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq \"a\"]"}""", "b" },
        { """{"op":"remove","path":"members[value eq \"a\" or value eq \"b\"]"}""", "" },
        { """{"op":"remove","path":"members[value eq \"a\"]"},{"op":"add","path":"members","value":[{"value":"a"}]}""", "a b" },
        { """{"op":"add","path":"members","value":[{"value":"c"}]},{"op":"remove","path":"members[value eq \"c\"]"}""", "a b" },
        { """{"op":"remove","path":"members"}""", "" },
        { """{"op":"replace","path":"members","value":[{"value":"c"},{"value":"b"}]}""", "b c" },
        { """{"op":"replace","path":"members","value":[]}""", "" },
        { """{"op":"replace","path":"members[value eq \"a\"]","value":{"value":"c"}}""", "b c" },
        { """{"op":"remove","path":"members[value eq \"c\"]"}""", "noTarget" },
        { """{"op":"remove","path":"members[value eq \"a\"]"},{"op":"remove","path":"members[value eq \"a\"]"}""", "noTarget" },
        { """{"op":"replace","path":"members[value eq \"c\"]","value":{"value":"a"}}""", "noTarget" },
        { """{"op":"remove","path":"members[value eq \"a\"]"},{"op":"add","path":"members","value":[{"value":"x"}]}""", "invalidValue" },
        { """{"op":"add","path":"members","value":[{"display":"c"}]}""", "invalidSyntax invalidValue" },
        { """{"op":"add","path":"members","value":["c"]}""", "invalidValue" },
        { """{"op":"add","path":"members","value":[{"value":"c","type":"Group"}]}""", "invalidValue" },
        { """{"op":"remove","path":"members","value":[{"value":"a"}]}""", "invalidSyntax" },
        { """{"op":"remove","path":"members[value co \"a\"]"}""", "invalidFilter" },
        { """{"op":"remove","path":"members[shoeSize eq \"a\"]"}""", "invalidPath" },
        { """{"op":"replace","path":"members[value eq \"a\"].value","value":"c"}""", "mutability" },
        { """{"op":"remove","path":"displayName"}""", "mutability" },
        { """{"op":"remove","path":"members[value eq \"a\"]"},{"op":"replace","path":"displayName","value":"IT"}""", "uniqueness" },
    };

    [Theory]
    [MemberData(nameof(MemberPatches))]
    public async Task Member_changes_apply_completely_or_not_at_all(string operations, string expected)
    {
        using var client = new SandboxClient(state);
        var ids = new Dictionary<string, string>();
        foreach (var name in new[] { "a", "b", "c" })
            ids.Add(await client.CreateUserAsync(name + "@b.example"), name);
        await CreateGroupAsync(client, "IT");
        var group = await CreateGroupAsync(client, "Finance", ids.Keys.Take(2).ToArray());
        foreach (var (id, name) in ids)
            operations = operations.Replace($"\"{name}\"", $"\"{id}\"", StringComparison.Ordinal).Replace($"\\\"{name}\\\"", $"\\\"{id}\\\"", StringComparison.Ordinal);

        var answer = await client.PatchAsync("/Groups/" + group, operations);
        var read = (await client.ScimAsync("GET", "/Groups/" + group)).Json;
        var members = string.Join(" ", (read["members"]?.AsArray() ?? new JsonArray()).Select(m => ids[m!["value"]!.GetValue<string>()]).Order());
        if (answer.Status == 204)
        {
            Assert.Equal(expected, members);
            Assert.Equal("", answer.Body);
            return;
        }

        Assert.Contains(answer.ScimType!, expected, StringComparison.Ordinal);
        Assert.Equal("a b", members);
        Assert.Equal("Finance", read["displayName"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_group_keeps_external_ID_and_managedBy_and_its_members_list_it()
    {
        using var client = new SandboxClient(state);
        var id = await client.CreateUserAsync();
        var group = await CreateGroupAsync(client, "Finance", id);
        var user = (await client.ScimAsync("GET", "/Users/" + id)).Json;
        Assert.Equal("Finance", user["groups"]![0]!["display"]!.GetValue<string>());
        await client.PatchAsync("/Groups/" + group, $$"""{"op":"replace","path":"{{GroupUrn}}:managedBy","value":"PasswordBoss"},{"op":"replace","path":"externalId","value":"G-2"}""");
        var read = (await client.ScimAsync("GET", $"/Groups/{group}?excludedAttributes=members")).Json;
        Assert.False(read.ContainsKey("members"));
        Assert.Equal(("PasswordBoss", "G-2"), (read[GroupUrn]!["managedBy"]!.GetValue<string>(), read["externalId"]!.GetValue<string>()));
        var asked = await client.ScimAsync("PATCH", $"/Groups/{group}?attributes=displayName", """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"Money"}]}""");
        Assert.Equal((200, "Money"), (asked.Status, asked.Json["displayName"]!.GetValue<string>()));
    }

    private static string Path(string state) => $$"""{"op":"replace","path":"{{Urn}}:accountState","value":"{{state}}"}""";

    private static string Active(string value) => $$"""{"op":"replace","path":"active","value":{{value}}}""";

    private static string GroupBody(string name, params string[] members) => $$"""
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","{{GroupUrn}}"],"displayName":"{{name}}","externalId":"G-1",
        "members":[{{string.Join(",", members.Select(m => $$"""{"value":"{{m}}"}"""))}}],"{{GroupUrn}}":{"managedBy":"AzureAD"} }
        """;

    private static async Task<string> CreateGroupAsync(SandboxClient client, string name, params string[] members)
    {
        var answer = await client.ScimAsync("POST", "/Groups", GroupBody(name, members));
        Assert.Equal(201, answer.Status);
        return answer.Json["id"]!.GetValue<string>();
    }
}

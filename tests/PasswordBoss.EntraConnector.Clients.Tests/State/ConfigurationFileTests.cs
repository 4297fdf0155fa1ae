using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>The format of a configuration file, its accepted content, and how it is written.</summary>
public sealed class ConfigurationFileTests : IDisposable
{
    private const string Least = """{"schemaVersion":1,"connections":[{"name":"a"}]}""";

    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-configuration-").FullName;

    private string FilePath => Path.Combine(folder, "connections.json");

    private ConfigurationFile File => Open(FilePath);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static ConnectionConfiguration Full => ConnectionConfiguration.Of(new ConnectionSettings
    {
        Id = Guid.NewGuid(),
        Name = "Ålesund & Co",
        TenantId = "tenant",
        ClientId = "client",
        Credential = CredentialKind.CertificatePath,
        CertificateReference = "/etc/connector.pfx",
        Environment = EntraEnvironment.China,
        AuthorityHost = new Uri("https://login.example"),
        GraphEndpoint = new Uri("https://graph.example/v1.0"),
        PasswordBossUri = new Uri("https://PB.example:443/scim/"),
        UserGroup = new GroupReference("g1", "Users"),
        AdditionalGroups = [new GroupReference("g2", "Sales")],
        Tags = ["gold"],
        CreatedAt = DateTimeOffset.UtcNow,
        SecretExpires = DateTimeOffset.UtcNow,
    });

    [Fact]
    public void The_file_of_version_1_keeps_its_form()
    {
        const string Text = """
            {
              "$schema": "urn:passwordboss-entraconnector:configuration:1",
              "schemaVersion": 1,
              "connections": [
                {
                  "name": "Ålesund \u0026 Co",
                  "tenantId": "tenant",
                  "clientId": "client",
                  "credential": "CertificatePath",
                  "certificateReference": "/etc/connector.pfx",
                  "environment": "China",
                  "authorityHost": "https://login.example",
                  "graphEndpoint": "https://graph.example/v1.0",
                  "passwordBossUri": "https://PB.example:443/scim/",
                  "userGroup": {
                    "id": "g1",
                    "displayName": "Users"
                  },
                  "additionalGroups": [
                    {
                      "id": "g2",
                      "displayName": "Sales"
                    }
                  ],
                  "includeNested": false,
                  "rules": {
                    "newUser": "CreateActive",
                    "deletedUser": "Disable",
                    "disabledUser": "Disable",
                    "removedUser": "Disable",
                    "existingAccount": "Adopt",
                    "removedGroup": "Release",
                    "deleteAfterDays": 30,
                    "unknownMember": "Report",
                    "emailSource": "MailThenUserPrincipalName",
                    "guestUser": "Include",
                    "maxRemovalPercent": 20,
                    "maxRemovalCount": 5,
                    "fullSyncHours": 24
                  },
                  "tags": [
                    "gold"
                  ]
                }
              ]
            }

            """;

        File.Write([Full], overwrite: false);

        Assert.Equal(Text.ReplaceLineEndings("\n"), System.IO.File.ReadAllText(FilePath));
        var read = Assert.Single(File.Read());
        Assert.Equal(Full with { AdditionalGroups = read.AdditionalGroups, Tags = read.Tags }, read);
        Assert.Equal(Full.AdditionalGroups, read.AdditionalGroups);
        Assert.Equal(Full.Tags, read.Tags);
    }

    [Fact]
    public void A_sandbox_is_written_without_its_own_tenant_and_addresses()
    {
        File.Write([ConnectionConfiguration.Of(new ConnectorFactory().CreateSandbox("Box").Connection)], overwrite: false);

        var read = Assert.Single(File.Read());
        Assert.Equal((true, null, null, null), (read.IsSandbox, read.TenantId, read.ClientId, read.PasswordBossUri));
        Assert.NotNull(read.UserGroup);
    }

    [Theory]
    [InlineData("", "$: this is not JSON (line 1).")]
    [InlineData("{\n\"schemaVersion\":1,\n", "$: this is not JSON (line 3).")]
    [InlineData("[]", "$.schemaVersion: this property is missing.")]
    [InlineData("""{"connections":[]}""", "$.schemaVersion: this property is missing.")]
    [InlineData("""{"schemaVersion":"1","connections":[]}""", "$.schemaVersion: this value cannot be used.")]
    [InlineData("""{"schemaVersion":0,"connections":[]}""", "$.schemaVersion: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1}""", "$.connections: this property is missing.")]
    [InlineData("""{"schemaVersion":1,"connections":[],"colour":1}""", "$.colour: this version does not support this property.")]
    [InlineData("""{"schemaVersion":1,"connections":{}}""", "$.connections: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[7]}""", "$.connections[0]: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a"},{"tenantId":"b"}]}""", "$.connections[1].name: this property is missing.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","Name":"b"}]}""", "$.connections[0].Name: this version does not support this property.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","name":"b"}]}""", "$.connections[0].name: this occurs twice.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":null}]}""", "$.connections[0].name: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":7}]}""", "$.connections[0].name: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","clientSecret":"s3cret"}]}""", "$.connections[0].clientSecret: this version does not support this property.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","rules":{"newUsr":"CreateActive"}}]}""", "$.connections[0].rules.newUsr: this version does not support this property.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","rules":{"newUser":"Later"}}]}""", "$.connections[0].rules.newUser: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","rules":{"newUser":1}}]}""", "$.connections[0].rules.newUser: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","rules":{"newUser":null}}]}""", "$.connections[0].rules.newUser: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","rules":{"maxRemovalCount":1.5}}]}""", "$.connections[0].rules.maxRemovalCount: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","rules":{"deleteAfterDaysChangedAt":"2026-01-01T00:00:00Z"}}]}""", "$.connections[0].rules.deleteAfterDaysChangedAt: this version does not support this property.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","passwordBossUri":"scim"}]}""", "$.connections[0].passwordBossUri: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","isSandbox":"yes"}]}""", "$.connections[0].isSandbox: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","tags":[null]}]}""", "$.connections[0].tags[0]: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","tags":["a",7]}]}""", "$.connections[0].tags[1]: this value cannot be used.")]
    [InlineData("""{"schemaVersion":1,"connections":[{"name":"a","userGroup":{"id":"g"}}]}""", "$.connections[0].userGroup.displayName: this property is missing.")]
    public void A_file_that_this_version_does_not_understand_is_refused_with_the_place(string text, string flaw)
    {
        System.IO.File.WriteAllText(FilePath, text);

        var error = Assert.Throws<ConnectorException>(() => File.Read());

        Assert.Equal((ErrorId.ConfigurationInvalid, FilePath), (error.Id, error.Target));
        Assert.Contains(flaw, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_version_is_reported_as_such_whatever_else_is_in_the_file()
    {
        System.IO.File.WriteAllText(FilePath, """{"connections":7,"colour":1,"schemaVersion":2}""");

        var error = Assert.Throws<ConnectorException>(() => File.Read());

        Assert.Equal(ErrorId.ConfigurationTooNew, error.Id);
    }

    [Fact]
    public void A_file_can_begin_with_a_byte_order_mark()
    {
        System.IO.File.WriteAllText(FilePath, Least, new UTF8Encoding(true));

        Assert.Equal("a", Assert.Single(File.Read()).Name);
    }

    [Fact]
    public void An_existing_file_is_replaced_only_on_request_and_in_one_step()
    {
        System.IO.File.WriteAllText(FilePath, "mine");

        Assert.Equal(ErrorId.FileExists, Assert.Throws<ConnectorException>(() => File.Write([Full], overwrite: false)).Id);
        Assert.Equal("mine", System.IO.File.ReadAllText(FilePath));

        using (var reader = new StreamReader(new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)))
        {
            File.Write([Full], overwrite: true);
            Assert.Equal("mine", reader.ReadToEnd());
        }

        Assert.Single(File.Read());
        Assert.Equal([FilePath], Directory.GetFiles(folder));
    }

    [SkippableFact]
    public void Only_the_owner_can_read_the_file_even_if_it_replaces_an_open_one_or_a_link()
    {
        Skip.If(OperatingSystem.IsWindows(), "There the file has the access list of its folder.");
        var elsewhere = Path.Combine(folder, "elsewhere");
        System.IO.File.WriteAllText(elsewhere, "mine");
        System.IO.File.CreateSymbolicLink(FilePath, elsewhere);

        File.Write([Full], overwrite: true);

        Assert.Equal("mine", System.IO.File.ReadAllText(elsewhere));
        Assert.Null(new FileInfo(FilePath).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(FilePath).UnixFileMode);
    }

    [Fact]
    public void A_path_that_cannot_be_used_is_reported()
    {
        Assert.Equal(ErrorId.FileUnusable, Assert.Throws<ConnectorException>(() => File.Read()).Id);
        Assert.Equal(ErrorId.FileExists, Assert.Throws<ConnectorException>(() => Open(folder).Write([Full], overwrite: false)).Id);
        Assert.Equal(ErrorId.FileUnusable, Assert.Throws<ConnectorException>(() => Open(folder).Write([Full], overwrite: true)).Id);
        Assert.Equal(ErrorId.FileUnusable, Assert.Throws<ConnectorException>(() => Open(Path.Combine(folder, "no", "file")).Write([Full], overwrite: true)).Id);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Each_reader_gets_the_reason_in_their_language()
    {
        var french = CultureInfo.GetCultureInfo("fr-FR");
        var noFolder = Assert.Throws<ConnectorException>(() => Open(Path.Combine(folder, "no", "file")).Write([Full], overwrite: true));
        var noFile = Assert.Throws<ConnectorException>(() => Open(folder).Write([Full], overwrite: true));

        Assert.EndsWith("son dossier n'existe pas.", noFolder.Problem.Text.Render(french), StringComparison.Ordinal);
        Assert.EndsWith("un canal, un dossier ou un périphérique se trouve à sa place.", noFile.Problem.Text.Render(french), StringComparison.Ordinal);
        Assert.EndsWith("its folder does not exist.", noFolder.Problem.Text.Render(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    // The name is allowed, but that of its draft is too long. No user knows the draft.
    [Fact]
    public void A_reason_names_the_file_and_not_its_draft()
    {
        var path = Path.Combine(folder, new string('x', 240));
        foreach (var write in new Action[] { () => Open(path).Write([Full], overwrite: true), () => FileReplacement.WriteShared(path, "text") })
        {
            var problem = Assert.Throws<ConnectorException>(write).Problem;
            Assert.Equal(ErrorId.FileUnusable, problem.Id);
            Assert.DoesNotContain(".new", problem.Render(), StringComparison.Ordinal);
        }
    }

    // The published schema has the same names, choices and required properties as the code.
    [Fact]
    public void The_published_schema_describes_what_is_read()
    {
        using var schema = JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(Root(), "docs", "configuration.schema.json")));

        Compare(schema.RootElement, schema.RootElement, ConfigurationDocument.Type);
        Assert.Equal(ConfigurationDocument.CurrentVersion, schema.RootElement.GetProperty("properties").GetProperty("schemaVersion").GetProperty("const").GetInt32());
        File.Write([Full], overwrite: false);
        Assert.Contains($"\"{schema.RootElement.GetProperty("$id").GetString()}\"", System.IO.File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    private ConfigurationFile Open(string path) => new(path, new StateLocation(Path.Combine(folder, "state"), Path.Combine(folder, "keys"), isMachineWide: false));

    private static void Compare(JsonElement root, JsonElement schema, JsonTypeInfo type)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            schema = root.GetProperty("$defs").GetProperty(reference.GetString()!.Split('/')[^1]);
        var simple = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
                var properties = schema.GetProperty("properties");
                Assert.Equal(type.Properties.Select(property => property.Name), properties.EnumerateObject().Select(property => property.Name));
                var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!).ToArray() : [];
                Assert.Equal(type.Properties.Where(ConfigurationDocument.IsRequired).Select(property => property.Name), required);
                foreach (var property in type.Properties)
                    Compare(root, properties.GetProperty(property.Name), type.Options.GetTypeInfo(property.PropertyType));
                break;
            case JsonTypeInfoKind.Enumerable:
                Assert.Equal("array", schema.GetProperty("type").GetString());
                Compare(root, schema.GetProperty("items"), type.Options.GetTypeInfo(type.ElementType!));
                break;
            case JsonTypeInfoKind.None when simple.IsEnum:
                Assert.Equal(Enum.GetNames(simple), schema.GetProperty("enum").EnumerateArray().Select(value => value.GetString()));
                break;
            default:
                if (!schema.TryGetProperty("const", out _))
                    Assert.Equal(simple == typeof(bool) ? "boolean" : simple == typeof(int) ? "integer" : "string", schema.GetProperty("type").GetString());
                break;
        }
    }

    private static string Root()
    {
        var parent = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(parent.FullName, "PasswordBoss.EntraConnector.sln")))
            parent = parent.Parent!;
        return parent.FullName;
    }
}

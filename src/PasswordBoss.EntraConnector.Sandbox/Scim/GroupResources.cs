using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>Groups of accounts as SCIM groups. Their display names are unique, ignoring case.</summary>
internal sealed class GroupResources
{
    private readonly PasswordBossCompany company;
    private readonly DateTimeOffset now;
    private readonly string baseAddress;

    public GroupResources(PasswordBossCompany company, DateTimeOffset now, string baseAddress)
    {
        this.company = company;
        this.now = now;
        this.baseAddress = baseAddress;
        Type = ScimResourceType.Group(company.OffersExtension);
    }

    public ScimResourceType Type { get; }

    public CompanyGroup Find(string id) => company.FindGroup(id) ?? throw ScimException.NotFound(id);

    public IReadOnlyList<string> Search(ScimFilter? filter)
    {
        if (filter is null)
            return company.GroupIds.All;
        var byName = filter.Required.FirstOrDefault(term => !term.Path.InExtension && term.Path.Leaf.Name == "displayName" && term.Value is string);
        IEnumerable<string> candidates = company.GroupIds.All;
        if (byName is not null)
            candidates = company.FindGroupByName((string)byName.Value!) is CompanyGroup group ? new[] { group.Id } : Array.Empty<string>();
        return candidates.Where(id => filter.Matches(path => Value(company.FindGroup(id)!, path))).ToList();
    }

    public CompanyGroup Create(JsonObject body)
    {
        var document = ScimDocument.Normalize(body, Type);
        var values = Read(document, null);
        var members = document["members"] is JsonNode list ? ScimDocument.ReadMembers(list) : Array.Empty<string>();
        RequireAccounts(members);
        var group = new CompanyGroup
        {
            Id = company.NewGroupId(),
            DisplayName = values.DisplayName,
            ExternalId = values.ExternalId,
            ManagedBy = values.ManagedBy == ManagedBy.Unspecified ? ManagedBy.PasswordBoss : values.ManagedBy,
            Created = now,
            LastModified = now,
            MemberIds = members,
        };
        company.AddGroup(group);
        return group;
    }

    public CompanyGroup Replace(string id, JsonObject body)
    {
        var group = Find(id);
        var document = ScimDocument.Normalize(body, Type);
        var members = new MemberChanges(this, group);
        members.Replace(document["members"] is JsonNode list ? ScimDocument.ReadMembers(list) : Array.Empty<string>());
        return Store(group, document, members);
    }

    public CompanyGroup Patch(string id, JsonObject message)
    {
        var group = Find(id);
        var document = new JsonObject { ["displayName"] = group.DisplayName };
        if (group.ExternalId is not null)
            document["externalId"] = group.ExternalId;
        if (Type.Extension is not null && AccountWords.Of(group.ManagedBy) is string manager)
            document[Type.Extension.Id] = new JsonObject { ["managedBy"] = manager };
        var members = new MemberChanges(this, group);
        new ScimPatch(Type, document, members).Apply(message);
        return Store(group, document, members);
    }

    public void Delete(string id) => company.RemoveGroup(Find(id));

    public JsonObject ToJson(CompanyGroup group, ScimProjection projection)
    {
        var json = new JsonObject
        {
            ["schemas"] = Type.Extension is null ? new JsonArray(Type.Core.Id) : new JsonArray(Type.Core.Id, Type.Extension.Id),
            ["id"] = group.Id,
        };
        if (group.ExternalId is not null)
            json["externalId"] = group.ExternalId;
        json["displayName"] = group.DisplayName;
        if (group.Members.Count > 0 && projection.Wants("members"))
        {
            json["members"] = new JsonArray(group.MemberIds.Select(member => (JsonNode)new JsonObject
            {
                ["value"] = member,
                ["$ref"] = baseAddress + "/Users/" + member,
                ["display"] = company.FindAccount(member)!.DisplayName ?? company.FindAccount(member)!.UserName,
                ["type"] = "User",
            }).ToArray());
        }

        if (Type.Extension is not null && AccountWords.Of(group.ManagedBy) is string manager)
            json[Type.Extension.Id] = new JsonObject { ["managedBy"] = manager };
        json["meta"] = new JsonObject
        {
            ["resourceType"] = "Group",
            ["created"] = UserResources.Time(group.Created),
            ["lastModified"] = UserResources.Time(group.LastModified),
            ["location"] = baseAddress + "/Groups/" + group.Id,
        };
        return projection.Apply(json);
    }

    private CompanyGroup Store(CompanyGroup group, JsonObject document, MemberChanges members)
    {
        var values = Read(document, group);
        // Nothing below can fail, so that a request is done completely or not at all.
        if (group.DisplayName != values.DisplayName)
            company.RenameGroup(group, values.DisplayName);
        group.ExternalId = values.ExternalId;
        group.ManagedBy = Type.Extension is null ? group.ManagedBy : values.ManagedBy;
        members.Commit();
        group.LastModified = now;
        return group;
    }

    private (string DisplayName, string? ExternalId, ManagedBy ManagedBy) Read(JsonObject document, CompanyGroup? self)
    {
        var name = ScimDocument.AsText(document["displayName"]);
        if (string.IsNullOrWhiteSpace(name))
            throw ScimException.InvalidValue("'displayName' is required.");
        if (company.FindGroupByName(name!) is CompanyGroup other && other != self)
            throw ScimException.Uniqueness("There is a group named '" + name + "'.");
        var extension = Type.Extension is null ? null : document[Type.Extension.Id] as JsonObject;
        return (name!, ScimDocument.AsText(document["externalId"]), AccountWords.ReadManager(ScimDocument.AsText(extension?["managedBy"])));
    }

    private void RequireAccounts(IReadOnlyList<string> ids)
    {
        foreach (var id in ids)
        {
            if (this.company.FindAccount(id) is not { } account || account.State == AccountState.Personal)
                throw ScimException.InvalidValue("There is no account " + id + " in this company.");
        }
    }

    private static string? Value(CompanyGroup group, ScimAttributePath path) => path.Leaf.Name switch
    {
        "id" => group.Id,
        "externalId" => group.ExternalId,
        "displayName" => group.DisplayName,
        "managedBy" => AccountWords.Of(group.ManagedBy),
        _ => throw ScimException.InvalidFilter("'" + path.Leaf.Name + "' cannot be used in a filter."),
    };

    /// <summary>
    /// The members as the operations of one request change them, kept apart from the group until all operations have succeeded. Stores only the differences, so
    /// that
    /// adding one member to a hundred thousand does not copy them.
    /// </summary>
    private sealed class MemberChanges : IMemberPatch
    {
        private readonly GroupResources owner;
        private readonly CompanyGroup group;
        private readonly HashSet<string> added = new(StringComparer.Ordinal);
        private readonly HashSet<string> removed = new(StringComparer.Ordinal);

        public MemberChanges(GroupResources owner, CompanyGroup group)
        {
            this.owner = owner;
            this.group = group;
        }

        public void Add(IReadOnlyList<string> accountIds)
        {
            owner.RequireAccounts(accountIds);
            foreach (var id in accountIds)
            {
                removed.Remove(id);
                if (!group.Members.Contains(id))
                    added.Add(id);
            }
        }

        public void Replace(IReadOnlyList<string> accountIds)
        {
            owner.RequireAccounts(accountIds);
            added.Clear();
            removed.UnionWith(group.MemberIds);
            Add(accountIds);
        }

        public int Remove(ScimFilter filter)
        {
            var byId = filter.Required.FirstOrDefault(term => term.Path.Leaf.Name == "value" && term.Value is string);
            var candidates = byId is null ? group.MemberIds.Concat(added) : new[] { (string)byId.Value! };
            var leaving = candidates.Where(IsMember).Where(id => filter.Matches(path => Value(id, path))).ToList();
            foreach (var id in leaving)
            {
                if (!added.Remove(id))
                    removed.Add(id);
            }

            return leaving.Count;
        }

        public void Commit()
        {
            foreach (var id in removed)
                owner.company.RemoveMember(group, id);
            foreach (var id in added)
                owner.company.AddMember(group, id);
        }

        private bool IsMember(string id) => added.Contains(id) || (group.Members.Contains(id) && !removed.Contains(id));

        private string? Value(string id, ScimAttributePath path) => path.Leaf.Name switch
        {
            "value" => id,
            "type" => "User",
            "display" => owner.company.FindAccount(id)!.DisplayName ?? owner.company.FindAccount(id)!.UserName,
            _ => throw ScimException.InvalidFilter("'" + path.Leaf.Name + "' cannot be used in a filter."),
        };
    }
}

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>
/// Accounts as SCIM users. <c>accountState</c> is authoritative, and <c>active</c> is true only for active accounts. Writing <c>active</c> false means disabled;
/// writing it true is accepted only for a disabled or active account. If the two contradict each other, the request is refused.
/// </summary>
internal sealed class UserResources
{
    // A local part and a domain with a dot, without characters that break mail software.
    private static readonly Regex Address = new(@"\A[^\s@<>""(),:;\[\]\\]+@[^\s@<>""(),:;\[\]\\.]+(\.[^\s@<>""(),:;\[\]\\.]+)+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    private readonly PasswordBossCompany company;
    private readonly DateTimeOffset now;
    private readonly string baseAddress;

    public UserResources(PasswordBossCompany company, DateTimeOffset now, string baseAddress)
    {
        this.company = company;
        this.now = now;
        this.baseAddress = baseAddress;
        Type = ScimResourceType.User(company.OffersExtension);
    }

    public ScimResourceType Type { get; }

    public CompanyAccount Find(string id) => company.FindAccount(id) ?? throw ScimException.NotFound(id);

    /// <summary>The accounts in a listing, without personal ones.</summary>
    public IReadOnlyList<string> Search(ScimFilter? filter)
    {
        if (filter is null)
            return company.Listed.All;
        return Candidates(filter)
            .Where(company.Listed.Contains)
            .Where(id => filter.Matches(path => Value(company.FindAccount(id)!, path)))
            .ToList();
    }

    public CompanyAccount Create(JsonObject body)
    {
        var document = ScimDocument.Normalize(body, Type);
        var userName = ScimDocument.AsText(document["userName"])?.Trim();
        if (string.IsNullOrEmpty(userName))
            throw ScimException.InvalidValue("'userName' is required.");
        if (!Address.IsMatch(userName))
            throw ScimException.InvalidValue("'userName' is not an e-mail address.");
        var state = ReadStates(document) switch
        {
            (null, false) => AccountState.Disabled,
            (null, _) => AccountState.Active,
            (AccountState.Personal, _) => throw ScimException.InvalidValue("An account is not created as a personal one."),
            (AccountState wanted, _) => wanted,
        };
        if (company.FindAccountByUserName(userName!) is not null)
            throw ScimException.Uniqueness("The address " + userName + " has an account.");
        RequireLicense(null, state);
        var account = Fill(document, new CompanyAccount
        {
            Id = company.NewAccountId(),
            UserName = userName!,
            GivenName = "",
            FamilyName = "",
            State = state,
            Created = now,
            LastModified = now,
        });
        if (account.ManagedBy == ManagedBy.Unspecified)
            account = account with { ManagedBy = ManagedBy.PasswordBoss };
        company.AddAccount(account);
        return account;
    }

    public CompanyAccount Replace(string id, JsonObject body)
    {
        var current = Find(id);
        return Store(current, ScimDocument.Normalize(body, Type));
    }

    public CompanyAccount Patch(string id, JsonObject message)
    {
        var current = Find(id);
        var document = DocumentOf(current);
        new ScimPatch(Type, document, null).Apply(message);
        return Store(current, document);
    }

    public void Delete(string id)
    {
        var account = Find(id);
        if (account.State == AccountState.Personal)
            throw NotOurs();
        company.RemoveAccount(account, now);
    }

    public JsonObject ToJson(CompanyAccount account, ScimProjection projection)
    {
        var location = baseAddress + "/Users/" + account.Id;
        var json = new JsonObject
        {
            ["schemas"] = Type.Extension is null ? new JsonArray(Type.Core.Id) : new JsonArray(Type.Core.Id, Type.Extension.Id),
            ["id"] = account.Id,
        };
        if (account.ExternalId is not null)
            json["externalId"] = account.ExternalId;
        json["userName"] = account.UserName;
        json["name"] = new JsonObject
        {
            ["formatted"] = account.GivenName + " " + account.FamilyName,
            ["familyName"] = account.FamilyName,
            ["givenName"] = account.GivenName,
        };
        if (account.DisplayName is not null)
            json["displayName"] = account.DisplayName;
        json["active"] = account.State == AccountState.Active;
        json["emails"] = new JsonArray(new JsonObject { ["value"] = account.UserName, ["type"] = "work", ["primary"] = true });
        var groups = company.GroupsOf(account.Id);
        if (groups.Count > 0 && projection.Wants("groups"))
        {
            json["groups"] = new JsonArray(groups.Select(group => (JsonNode)new JsonObject
            {
                ["value"] = group,
                ["$ref"] = baseAddress + "/Groups/" + group,
                ["display"] = company.FindGroup(group)!.DisplayName,
                ["type"] = "direct",
            }).ToArray());
        }

        if (Type.Extension is not null)
            json[Type.Extension.Id] = Extension(account);
        json["meta"] = new JsonObject
        {
            ["resourceType"] = "User",
            ["created"] = Time(account.Created),
            ["lastModified"] = Time(account.LastModified),
            ["location"] = location,
        };
        return projection.Apply(json);
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private CompanyAccount Store(CompanyAccount current, JsonObject document)
    {
        // PUT and PATCH may repeat the address, even in another letter case; the stored form stays.
        var userName = ScimDocument.AsText(document["userName"])?.Trim();
        if (userName is null)
            throw ScimException.InvalidValue("'userName' is required.");
        if (!string.Equals(userName, current.UserName, StringComparison.OrdinalIgnoreCase))
            throw ScimException.Mutability("userName");
        var changed = Fill(document, current with { State = NextState(current.State, ReadStates(document)) });
        if (changed == current)
            return current;
        if (current.State == AccountState.Personal)
            throw NotOurs();
        RequireLicense(current.State, changed.State);
        changed = changed with { LastModified = now };
        company.ReplaceAccount(changed);
        return changed;
    }

    private static AccountState NextState(AccountState current, (AccountState? State, bool? Active) written) => written switch
    {
        (AccountState state, _) => state,
        (null, null) => current,
        (null, true) when current is AccountState.Disabled or AccountState.Active => AccountState.Active,
        (null, true) => throw ScimException.InvalidValue("'active' can be set to true for a disabled account only; this one is " + AccountWords.Of(current) + "."),
        (null, false) => current == AccountState.Personal ? current : AccountState.Disabled,
    };

    private (AccountState? State, bool? Active) ReadStates(JsonObject document)
    {
        var active = ScimDocument.AsFlag(document["active"]);
        var word = Type.Extension is null ? null : ScimDocument.AsText((document[Type.Extension.Id] as JsonObject)?["accountState"]);
        if (word is null)
            return (null, active);
        var state = AccountWords.ReadState(word);
        if (active is bool flag && flag != (state == AccountState.Active))
            throw ScimException.InvalidValue("'active' contradicts accountState '" + word + "'.");
        return (state, active);
    }

    private CompanyAccount Fill(JsonObject document, CompanyAccount account)
    {
        var name = document["name"] as JsonObject;
        var extension = Type.Extension is null ? null : document[Type.Extension.Id] as JsonObject;
        return account with
        {
            ExternalId = ScimDocument.AsText(document["externalId"]),
            GivenName = Required(name, "givenName"),
            FamilyName = Required(name, "familyName"),
            DisplayName = ScimDocument.AsText(document["displayName"]),
            ManagedBy = Type.Extension is null ? account.ManagedBy : AccountWords.ReadManager(ScimDocument.AsText(extension?["managedBy"])),
        };
    }

    /// <summary>The writable form without the two state attributes: after a PATCH they exist only if it wrote them.</summary>
    private JsonObject DocumentOf(CompanyAccount account)
    {
        var document = new JsonObject
        {
            ["userName"] = account.UserName,
            ["name"] = new JsonObject { ["givenName"] = account.GivenName, ["familyName"] = account.FamilyName },
        };
        if (account.ExternalId is not null)
            document["externalId"] = account.ExternalId;
        if (account.DisplayName is not null)
            document["displayName"] = account.DisplayName;
        if (Type.Extension is not null)
        {
            var extension = Extension(account);
            extension.Remove("accountState");
            document[Type.Extension.Id] = extension;
        }

        return document;
    }

    private static JsonObject Extension(CompanyAccount account)
    {
        var extension = new JsonObject { ["accountState"] = AccountWords.Of(account.State) };
        if (AccountWords.Of(account.ManagedBy) is string manager)
            extension["managedBy"] = manager;
        return extension;
    }

    private static string Required(JsonObject? name, string part)
    {
        var text = ScimDocument.AsText(name?[part]);
        return string.IsNullOrWhiteSpace(text) ? throw ScimException.InvalidValue("'name." + part + "' is required.") : text!;
    }

    /// <summary>An account needs a free licence to become active; an active account keeps its licence.</summary>
    private void RequireLicense(AccountState? from, AccountState to)
    {
        if (to == AccountState.Active && from != AccountState.Active && !this.company.HasFreeLicense)
            throw new ScimException(HttpStatusCode.Forbidden, "licenseLimit", "All licences of the company are in use.");
    }

    private IEnumerable<string> Candidates(ScimFilter filter)
    {
        foreach (var term in filter.Required)
        {
            if (term.Value is not string text || term.Path.InExtension || term.Path.SubAttribute is not null)
                continue;
            switch (term.Path.Leaf.Name)
            {
                case "id":
                    return company.FindAccount(text) is null ? Array.Empty<string>() : new[] { text };
                case "userName":
                    return company.FindAccountByUserName(text) is CompanyAccount account ? new[] { account.Id } : Array.Empty<string>();
                case "externalId":
                    return company.FindAccountsByExternalId(text);
            }
        }

        return company.Listed.All;
    }

    private static object? Value(CompanyAccount account, ScimAttributePath path) => path.Leaf.Name switch
    {
        "id" => account.Id,
        "externalId" => account.ExternalId,
        "userName" => account.UserName,
        "displayName" => account.DisplayName,
        "active" => account.State == AccountState.Active,
        "givenName" => account.GivenName,
        "familyName" => account.FamilyName,
        "accountState" => AccountWords.Of(account.State),
        "managedBy" => AccountWords.Of(account.ManagedBy),
        "value" when path.Attribute!.Name == "emails" => account.UserName,
        _ => throw ScimException.InvalidFilter("'" + path.Leaf.Name + "' cannot be used in a filter."),
    };

    private static ScimException NotOurs() => new(HttpStatusCode.Forbidden, null, "The account is personal; it does not belong to this company any more.");
}

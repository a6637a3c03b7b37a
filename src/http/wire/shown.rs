//! Accounts, walls and tokens as the wire shows them: never a secret, never a hash.

use jiff::Timestamp;
use serde::Serialize;

use crate::accounts::Account;
use crate::accounts::device::{Device, Setting};
use crate::domain::ids::{AccountId, CentreId, CrisisId};
use crate::domain::vocabulary::{Layout, Role, Tlp};

/// Who is signed in.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Account"))]
pub struct AccountView {
    pub id: AccountId,
    pub centre: CentreId,
    pub role: Role,
    pub name: String,
    /// What a wall may show at the most; `null` for people.
    pub ceiling: Option<Tlp>,
    #[cfg_attr(test, ts(type = "string"))]
    pub expires_at: Timestamp,
    /// What a wall is set to show; `null` for people.
    pub device: Option<SettingView>,
}

/// What a wall is set to show.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "DeviceSetting"))]
pub struct SettingView {
    pub layout: Layout,
    /// 3, 5 or 8.
    pub distance_m: u8,
    /// The crisis it is pinned to; `null`: it goes round the open ones.
    pub crisis: Option<CrisisId>,
}

/// A wall as those who keep it see it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Device"))]
pub struct DeviceView {
    pub id: AccountId,
    pub name: String,
    pub centre: CentreId,
    pub ceiling: Tlp,
    #[serde(flatten)]
    pub setting: SettingView,
    #[cfg_attr(test, ts(type = "string"))]
    pub created_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub expires_at: Timestamp,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub revoked_at: Option<Timestamp>,
    /// When its socket last lived, to the minute; `null`: never.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub last_seen: Option<Timestamp>,
}

/// A token as those who keep it see it: without the token.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "TokenInfo"))]
pub struct TokenView {
    pub id: AccountId,
    pub name: String,
    pub centre: CentreId,
    pub role: Role,
    #[cfg_attr(test, ts(type = "string"))]
    pub created_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub expires_at: Timestamp,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub revoked_at: Option<Timestamp>,
}

/// What a wall that wants to be paired is given.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Pairing"))]
pub struct PairingView {
    pub id: String,
    /// Six characters, shown in two groups of three.
    pub code: String,
    /// Stays with the wall.
    pub secret: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub expires_at: Timestamp,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id,
            centre: account.centre.clone(),
            role: account.role,
            name: account.name.clone(),
            ceiling: (account.role == Role::WallDevice).then_some(account.ceiling),
            expires_at: account.expires_at,
            device: account.device.as_ref().map(|device| SettingView::from(&device.setting)),
        }
    }
}

impl From<&Setting> for SettingView {
    fn from(setting: &Setting) -> Self {
        let Setting { layout, distance_m, crisis } = setting.clone();
        Self { layout, distance_m, crisis }
    }
}

impl DeviceView {
    /// The wall of an account, if it is one.
    pub fn of(account: &Account) -> Option<Self> {
        let Device { setting, last_seen } = account.device.as_ref()?;
        Some(Self {
            id: account.id,
            name: account.name.clone(),
            centre: account.centre.clone(),
            ceiling: account.ceiling,
            setting: SettingView::from(setting),
            created_at: account.created_at,
            expires_at: account.expires_at,
            revoked_at: account.revoked_at,
            last_seen: *last_seen,
        })
    }
}

impl From<&Account> for TokenView {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id,
            name: account.name.clone(),
            centre: account.centre.clone(),
            role: account.role,
            created_at: account.created_at,
            expires_at: account.expires_at,
            revoked_at: account.revoked_at,
        }
    }
}

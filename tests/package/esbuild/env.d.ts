/// <reference types="sillage/script" />
